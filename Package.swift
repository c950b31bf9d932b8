// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")

let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .executable(name: "weir-agent", targets: ["weir-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Pure: addresses, resources, the contract between server and agent; packets and flow slices.
        .target(name: "Model", swiftSettings: settings),
        .target(name: "Packet", dependencies: ["Model"], swiftSettings: settings),
        // Contracts: the wire protocol of the API for both ends, and the stores.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CloudAPI", dependencies: ["Model", "CCurl", crypto], swiftSettings: settings),
        // Files of columns, for readers everywhere; knows nothing of flows.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "Parquet", dependencies: ["CZstd"], swiftSettings: settings),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "Store", dependencies: ["Model", "CSQLite", grdb, sqlite], swiftSettings: settings),
        .target(name: "FlowLogs", dependencies: ["Model", "Packet", "Parquet", grdb], swiftSettings: settings),
        // Behaviour.
        .target(
            name: "ControlPlane",
            dependencies: ["Model", "Packet", "CloudAPI", "Store", "FlowLogs", crypto, logging, lifecycle],
            swiftSettings: settings),
        .target(name: "CDataPlane", exclude: ["bpf"], linkerSettings: [.linkedLibrary("bpf")]),
        .executableTarget(name: "bpf2swift", swiftSettings: settings),
        .plugin(name: "BPFPlugin", capability: .buildTool(), dependencies: ["bpf2swift"]),
        .target(
            name: "DataPlane", dependencies: ["Model", "Packet", "CDataPlane"], swiftSettings: settings,
            plugins: ["BPFPlugin"]),
        // Executables.
        .executableTarget(
            name: "weir",
            dependencies: [
                "Model", "Packet", "CloudAPI", "Store", "ControlPlane", "FlowLogs", "DataPlane", arguments, crypto,
                logging,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                lifecycle,
            ], swiftSettings: settings),
        .executableTarget(
            name: "weir-agent", dependencies: ["Model", "Packet", "CloudAPI", "DataPlane", arguments],
            swiftSettings: settings),
        // What measures the flow records' store beside its peers.
        .executableTarget(
            name: "flow-bench", dependencies: ["Model", "Packet", "FlowLogs"], path: "Benchmarks/flows/tool",
            swiftSettings: settings),
        // Tests.
        .testTarget(name: "CloudAPITests", dependencies: ["Model", "CloudAPI"], swiftSettings: settings),
        .testTarget(name: "StoreTests", dependencies: ["Model", "Store", grdb], swiftSettings: settings),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: ["Model", "Packet", "CloudAPI", "Store", "FlowLogs", "ControlPlane", logging],
            swiftSettings: settings),
        .testTarget(
            name: "WeirTests",
            dependencies: [
                "weir", "CloudAPI", "ControlPlane", arguments,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ParquetTests", dependencies: ["Parquet"], exclude: ["reference"], swiftSettings: settings),
        .testTarget(name: "PacketTests", dependencies: ["Model", "Packet"], swiftSettings: settings),
        .testTarget(
            name: "FlowLogsTests", dependencies: ["Model", "Packet", "Parquet", "FlowLogs", grdb],
            exclude: ["reference"],
            swiftSettings: settings),
        .testTarget(
            name: "DataPlaneTests", dependencies: ["Model", "Packet", "CDataPlane", "DataPlane"],
            exclude: ["reference"], swiftSettings: settings),
        .testTarget(
            name: "WeirAgentTests", dependencies: ["Model", "Packet", "CloudAPI", "DataPlane", "weir-agent"],
            swiftSettings: settings),
    ]
)
