import ArgumentParser
import CloudAPI
import ControlPlane
import FlowLogs
import FoundationEssentials

/// How records are written.
enum FlowRecordForm: EnumerableFlag {
    /// The cloud's 14 fields, between spaces.
    case text
    /// One JSON object a line.
    case json
    /// Comma-separated values under one line of names (RFC 4180).
    case csv

    static func name(for value: FlowRecordForm) -> NameSpecification { .long }
    static func help(for value: FlowRecordForm) -> ArgumentHelp? {
        switch value {
        case .text: "The cloud's text form, 14 fields a line (default)."
        case .json: "One JSON object a line."
        case .csv: "CSV with a line of names."
        }
    }

    /// What stands before the first record, if anything.
    var head: String? { self == .csv ? Self.columns.joined(separator: ",") : nil }

    /// The record as one line; `fields` are added to the text form.
    func line(_ record: FlowRecordView, with fields: [FlowRecord.OptionalField] = []) throws -> String {
        switch self {
        case .text:
            return ([record.Text] + fields.map(record.value(of:))).joined(separator: " ")
                + (record.Open ? " (open)" : "")
        case .json: return String(decoding: try Self.encoder.encode(record), as: UTF8.self)
        case .csv: return Self.values(record).map(Self.quoted).joined(separator: ",")
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// The keys of the published record, then the optional ones and Weir's own.
    static let columns =
        FlowRecord.keys + FlowRecord.OptionalField.allCases.map(\.rawValue) + [
            "flow-log-id", "lost-packets", "lost-bytes", "loss-is-exact", "loss-causes",
        ]

    /// What a record does not have is empty.
    private static func values(_ record: FlowRecordView) -> [String] {
        let published = record.Text.split(separator: " ").prefix(FlowRecord.keys.count).map(String.init)
        let all =
            published + FlowRecord.OptionalField.allCases.map(record.value(of:)) + [
                record.FlowLogId, record.LostPackets.map { String($0) } ?? "-",
                record.LostBytes.map { String($0) } ?? "-", record.LossIsExact.map { String($0) } ?? "-",
                record.LossCauses?.joined(separator: " ") ?? "-",
            ]
        return all.map { $0 == "-" ? "" : $0 }
    }

    /// Quoted only where commas, quotation marks or line ends ask for it.
    static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension FlowRecordView {
    /// The value of an optional field of the text form; `-` when the record has none.
    func value(of field: FlowRecord.OptionalField) -> String {
        let value: String? =
            switch field {
            case .vpcID: VpcId
            case .subnetID: SubnetId
            case .instanceID: InstanceId
            case .direction: Direction.map { $0 == "ingress" ? "in" : "out" }
            case .tcpFlags: TcpFlags.map { String($0) }
            case .firstPacket: FirstPacket.map { String($0) }
            case .lastPacket: LastPacket.map { String($0) }
            case .rejectReason: RejectReasons?.joined(separator: "+")
            }
        return value.flatMap { $0.isEmpty ? nil : $0 } ?? "-"
    }
}

extension FlowRecord.OptionalField {
    static let help: ArgumentHelp =
        "A field to add to the text form, again for each: \(allCases.map(\.rawValue).joined(separator: ", "))."

    /// Reads the key of an optional field.
    /// - Throws: `ValidationError`, which names them all.
    static func read(_ text: String) throws -> FlowRecord.OptionalField {
        guard let field = FlowRecord.OptionalField(rawValue: text) else {
            let all = allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--field: \(text) is none of \(all)")
        }
        return field
    }
}
