import Packet

/// Any bytes as a frame, alone and in a VXLAN envelope: headers, checksums, five-tuple, summary.
func fuzzPacket(_ bytes: UnsafeRawBufferPointer) {
    let span = RawSpan(_unsafeBytes: bytes)
    read(span)
    guard let header = try? VXLANHeader(span) else { return }
    precondition(header.vni <= 0xffffff)
    read(span.extracting(droppingFirst: VXLANHeader.length))
}

private func read(_ span: RawSpan) {
    guard let frame = try? Frame(span) else { return }
    precondition(frame.capturedLength == span.byteCount && frame.transportOffset <= span.byteCount)
    precondition(!frame.carriesPorts || frame.fiveTuple != nil)
    let verdict = frame.checksumVerdict(in: span)
    precondition(verdict != .valid || !frame.isTruncated)
    precondition(!frame.summary.isEmpty)
    precondition(frame.fiveTuple.map { $0.reversed.reversed == $0 } ?? true)
}
