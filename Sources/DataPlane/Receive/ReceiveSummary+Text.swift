extension ReceiveSummary {
    /// Lines for people: the whole, then a line for each VNI in ascending order.
    public func text(names: [UInt32: String]) -> String {
        let tenths = UInt64(max(0, min(seconds, 1e12)) * 10)
        var lines = [
            "\(packets) copies in \(tenths / 10).\(tenths % 10) s, own drops \(socketDroppedPackets), "
                + "not VXLAN \(notVXLANPackets)"
        ]
        for (vni, tally) in ordered {
            let name = names[vni].map { " (\($0))" } ?? ""
            lines.append("  VNI \(vni)\(name): \(tally.text)")
        }
        if others.packets > 0 { lines.append("  other VNIs: \(others.text)") }
        return lines.joined(separator: "\n")
    }

    /// One JSON object with the single member `summary`, on one line.
    public func jsonLine(names: [UInt32: String]) -> String {
        var summary = JSONObject()
        summary.add("packets", packets)
        summary.add("seconds", seconds: seconds)
        summary.add("ownDrops", socketDroppedPackets)
        summary.add("notVXLAN", notVXLANPackets)
        summary.add(
            "vnis",
            objects: ordered.map { vni, tally in
                var object = JSONObject()
                object.add("vni", vni)
                if let name = names[vni] { object.add("session", name) }
                tally.add(to: &object)
                return object
            })
        var rest = JSONObject()
        others.add(to: &rest)
        if others.packets > 0 { summary.add("otherVNIs", object: rest) }
        var object = JSONObject()
        object.add("summary", object: summary)
        return object.line
    }

    private var ordered: [(UInt32, VNITally)] { tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}

extension VNITally {
    fileprivate var text: String {
        "\(packets) packets, \(bytes) bytes, \(truncatedPackets) cut, \(badChecksumPackets) bad checksums, "
            + "\(unreadablePackets) unreadable"
    }

    fileprivate func add(to object: inout JSONObject) {
        object.add("packets", packets)
        object.add("bytes", bytes)
        object.add("truncated", truncatedPackets)
        object.add("badChecksums", badChecksumPackets)
        object.add("unreadable", unreadablePackets)
    }
}
