/// The durable account of batches a spool had to give up whole.
struct SpoolLoss: Equatable {
    /// The newest sequence given up, 0 for none.
    var throughSequence: UInt64 = 0
    /// Packets in them, as far as they could still be read.
    var packets: UInt64 = 0

    init() {}

    /// `sequence packets`; nothing lost when there is no such text.
    init(text: [UInt8]?) {
        let numbers = (text ?? []).split(separator: 0x20).map { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 2, let sequence = numbers[0], let packets = numbers[1] else { return }
        throughSequence = sequence
        self.packets = packets
    }

    var text: [UInt8] { Array("\(throughSequence) \(packets)".utf8) }
}
