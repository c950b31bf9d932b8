import Foundation

/// Compiles one BPF C file with the Swift toolchain's clang and writes the object as Swift source.
///
/// Usage: `bpf2swift PROGRAM.bpf.c OUTPUT.swift`
@main
enum Main {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { throw Failure(description: "usage: bpf2swift PROGRAM.bpf.c OUTPUT.swift") }
        let output = URL(fileURLWithPath: arguments[2])
        let object = output.deletingPathExtension().appendingPathExtension("o")
        try compile(arguments[1], to: object.path)
        let bytes = try Data(contentsOf: object)
        // Text compiles at once; an array literal of this size takes the compiler many seconds.
        let source = """
            // Generated from \(URL(fileURLWithPath: arguments[1]).lastPathComponent).

            enum ProgramBytes {
                /// The ELF object of all BPF programs, in base64 (RFC 4648).
                static let base64: StaticString = "\(bytes.base64EncodedString())"
            }

            """
        try source.write(to: output, atomically: true, encoding: .utf8)
    }

    static func compile(_ program: String, to object: String) throws {
        let process = Process()
        process.executableURL = try clang()
        process.arguments = [
            "-O2", "-g", "-mcpu=v3", "-target", "bpf", "-Wall", "-Werror", "-ffile-prefix-map=\(program)=weir.bpf.c",
            "-I/usr/include/\(machine())-linux-gnu", "-c", program, "-o", object,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program): clang failed (are libbpf-dev and linux-libc-dev installed?)")
        }
    }

    /// The clang beside `swift`, which always has the bpf target; else the first one in PATH.
    static func clang() throws -> URL {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        for tool in ["swift", "clang"] {
            for directory in directories {
                let found = URL(fileURLWithPath: "\(directory)/\(tool)").resolvingSymlinksInPath()
                let clang = found.deletingLastPathComponent().appendingPathComponent("clang")
                if FileManager.default.isExecutableFile(atPath: found.path),
                    FileManager.default.isExecutableFile(atPath: clang.path)
                {
                    return clang
                }
            }
        }
        throw Failure(description: "no clang beside swift nor in PATH")
    }

    static func machine() -> String {
        #if arch(arm64)
        "aarch64"
        #else
        "x86_64"
        #endif
    }
}
