import Packet

/// Any bytes as flow slices, as they are and behind a checksum made right: what is accepted has one encoding.
func fuzzSlices(_ bytes: UnsafeRawBufferPointer) {
    var array = Array(bytes)
    read(array)
    guard array.count > 9 else { return }
    let sum = CRC32C.checksum(Array(array[9...]))
    for index in 0..<4 { array[5 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
    read(array)
}

private func read(_ bytes: [UInt8]) {
    guard let slices = try? FlowSliceCodec.decode(bytes) else { return }
    precondition(FlowSliceCodec.encode(slices) == bytes)
    let parts = FlowSliceCodec.split(slices, maximumEntries: 3)
    precondition(parts.joined().flatMap(\.entries) == slices.flatMap(\.entries))
}
