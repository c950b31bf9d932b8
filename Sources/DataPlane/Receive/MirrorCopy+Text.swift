import Model
import Packet

extension MirrorCopy {
    /// One line for people: UTC time, VNI with the session's name, the packet, and what is wrong with it.
    public func text(name: String?) -> String {
        var text = "\(TimeText.clock(timeNanoseconds)) VNI \(vni)\(name.map { " (\($0))" } ?? "") "
        switch frame {
        case .success(let frame): text += frame.summary
        case .failure(let error): text += "unreadable, \(capturedLength) bytes: \(error)"
        }
        return checksum == .invalid ? text + " [bad checksum]" : text
    }

    /// One JSON object for programs: `time`, `vni`, `session`, `from`, `length` (of the frame before it was cut),
    /// `captured`, `truncated`, `checksum`, and the five-tuple of an IP packet; `error` when it cannot be read.
    public func jsonLine(name: String?) -> String {
        var object = JSONObject()
        object.add("time", TimeText.rfc3339(timeNanoseconds))
        object.add("vni", vni)
        if let name { object.add("session", name) }
        object.add("from", from.description)
        object.add("length", originalLength)
        object.add("captured", capturedLength)
        object.add("truncated", isTruncated)
        switch frame {
        case .success(let frame): add(frame, to: &object)
        case .failure(let error): object.add("error", error.description)
        }
        return object.line
    }

    private func add(_ frame: Frame, to object: inout JSONObject) {
        object.add("checksum", "\(checksum)")
        if let vlan = frame.ethernet.vlan { object.add("vlan", vlan) }
        guard let tuple = frame.fiveTuple else { return object.add("etherType", frame.ethernet.etherType) }
        object.add("source", tuple.source.description)
        object.add("destination", tuple.destination.description)
        object.add("protocol", tuple.transport)
        if frame.carriesPorts {
            object.add("sourcePort", tuple.sourcePort)
            object.add("destinationPort", tuple.destinationPort)
        }
        if case .tcp(let header) = frame.transport {
            object.add("tcpFlags", header.flags.rawValue)
            object.add("sequence", header.sequence)
        }
        if case .icmp(let header) = frame.transport {
            object.add("icmpType", header.type)
            object.add("icmpCode", header.code)
        }
        if let payload = frame.payloadLength { object.add("payload", payload) }
        if frame.isFragment { object.add("fragment", true) }
    }
}
