import ControlPlane
import Model
import Testing

/// Every action, tried on what another account has, and by a key that its policies keep to another project: neither
/// sees nor changes anything of it.
@Suite struct AccountIsolationTests {
    /// How an action must end when it names another's resources.
    enum Outcome {
        /// As if they did not exist.
        case refused
        /// With nothing of them: lists, or something new of the caller's own.
        case answers
        /// Refused to anyone but root keys of the root account.
        case operators
        /// For root keys: `refused` to the key in another project.
        case roots
    }

    struct Row {
        var arguments: [String: String]
        var outcome: Outcome
        init(_ outcome: Outcome, _ arguments: [String: String] = [:]) {
            self.arguments = arguments
            self.outcome = outcome
        }
    }

    /// In every name the other account gave.
    static let marker = "zebra"

    static let agentActions: Set<String> = [
        "ReportHost", "PullState", "AcknowledgeState", "PutLedgers", "PutSlices", "PullProbes", "PutProbeReport",
        "JoinHost",
    ]

    @Test func `the table has every action, and no other`() async throws {
        let table = Self.table(try await Estate(TestCloud()))
        let known = ActionRegistry.all.filter { !Self.agentActions.contains($0.name) }
            .map { "\($0.service):\($0.name)" }
        #expect(
            Set(known).subtracting(table.keys) == [],
            "add a row: what the action answers when all it names is another's")
        #expect(Set(table.keys).subtracting(known) == [])
    }

    @Test func `another account's resources do not exist in any action`() async throws {
        let cloud = try TestCloud()
        let estate = try await Estate(cloud)
        let stranger = try await cloud.makeAccount("stranger")
        let before = try await estate.everything(cloud)
        for (name, row) in Self.table(estate).sorted(by: { $0.key < $1.key }) {
            let reply = await Self.call(cloud, name, row, as: stranger)
            switch row.outcome {
            case .answers, .roots: #expect(reply.status == 200, "\(name): \(reply.json)")
            case .operators: #expect(reply.code == "AccessDenied", "\(name): \(reply.json)")
            case .refused:
                #expect(reply.status != 200, "\(name): \(reply.json)")
                #expect(reply.code?.contains("NotFound") == true, "\(name): \(reply.json)")
            }
            estate.expectNothing(of: row.arguments, in: reply, name)
            #expect(try await estate.everything(cloud) == before, "\(name) changed what is another's")
        }
    }

    @Test func `a key kept to one project neither sees nor changes another, in any action`() async throws {
        let cloud = try TestCloud()
        let estate = try await Estate(cloud)
        let key = try await cloud.makeKey(
            #"""
            {"Statement": {"Effect": "Allow", "Action": "*",
                           "Condition": {"StringEquals": {"weir:ProjectName": "other"}}}}
            """#)
        let before = try await estate.everything(cloud)
        for (name, row) in Self.table(estate).sorted(by: { $0.key < $1.key }) where name != "weir:CreateTemporaryKey" {
            let reply = await Self.call(cloud, name, row, as: key)
            let isList = reply.status == 200
            if row.outcome != .answers || name.hasPrefix("weir:") || name.contains(":Create") {
                #expect(reply.code == "AccessDenied", "\(name): \(reply.json)")
            } else {
                #expect(isList || reply.code == "AccessDenied", "\(name): \(reply.json)")
            }
            if isList { estate.expectNothing(of: row.arguments, in: reply, name) }
            #expect(try await estate.everything(cloud) == before, "\(name) changed what is in another project")
        }
    }

    @Test func `a key without policies is denied every action`() async throws {
        let cloud = try TestCloud()
        let estate = try await Estate(cloud)
        let key = try await cloud.makeKey(nil)
        for (name, row) in Self.table(estate).sorted(by: { $0.key < $1.key }) where name != "weir:CreateTemporaryKey" {
            let reply = await Self.call(cloud, name, row, as: key)
            #expect(reply.code == "AccessDenied", "\(name): \(reply.json)")
            let action = String(name.prefix { $0 != "/" })
            #expect(reply.message?.contains(" \(action) on resource: trn:") == true, "\(name): \(reply.json)")
        }
    }

    static func call(_ cloud: TestCloud, _ name: String, _ row: Row, as key: HeldKey) async -> Reply {
        let parts = name.split(separator: ":").map(String.init)
        return await cloud.call(parts[1], row.arguments, service: parts[0], as: key)
    }
}
