import Packet

/// Any bytes as a pcap or pcapng file: frames are never larger than the file.
func fuzzCapture(_ bytes: UnsafeRawBufferPointer) {
    do {
        var reader = try CaptureReader(bytes: Array(bytes))
        var total = 0
        while let record = try reader.next() {
            total += reader.withFrame { $0.byteCount }
            precondition(record.interface >= 0 && record.originalLength >= 0)
        }
        precondition(total <= bytes.count)
    } catch {}
}
