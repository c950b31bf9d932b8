import Packet
import Testing

@testable import DataPlane

@Suite struct SpoolGapTests {
    @Test func `sums keep that a part was not counted, and the newest slices tell how far all was`() throws {
        let bed = SpoolTestbed()
        let spool = try bed.open(limitBytes: 20_000)
        #expect(spool.completeThrough == nil)
        for generation in 1...500 {
            var slice = bed.slice(packets: 10)
            slice.hasGap = generation == 3
            slice.endMilliseconds += Int64(generation)
            try spool.append([slice], mapGeneration: UInt64(generation))
        }
        let again = try bed.open(limitBytes: 20_000)
        #expect(again.completeThrough == 2500)
        let first = try #require(try again.next())
        #expect(first.firstSequence == 1 && first.sequence > 400)
        #expect(try FlowSliceCodec.decode(first.bytes).map(\.hasGap) == [true])
        try again.acknowledge(through: first.sequence)
        while let batch = try again.next() {
            #expect(try FlowSliceCodec.decode(batch.bytes).allSatisfy { !$0.hasGap })
            try again.acknowledge(through: batch.sequence)
        }
        #expect(again.completeThrough == 2500)
    }
}
