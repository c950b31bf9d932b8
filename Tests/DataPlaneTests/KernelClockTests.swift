import DataPlane
import Glibc
import Model
import Packet
import Testing

struct KernelClockTests {
    @Test func `the next boundary is a multiple of the slice and not further than one`() {
        for slice in [1, 5, 60] {
            let now = KernelClock.system.read()
            let before = now.bootNanoseconds
            let wall = now.wallMilliseconds
            let boundary = SliceGrid(sliceSeconds: slice, now: now).deadline
            let length = UInt64(slice) * 1_000_000_000
            let latest = KernelClock.boottimeNanoseconds + length
            #expect(boundary > before)
            #expect(boundary <= latest)
            let at = wall + Int64((boundary - before) / 1_000_000)
            let distance = at % Int64(slice * 1000)
            let fromNearest = min(distance, Int64(slice) * 1000 - distance)
            #expect(fromNearest < 50)
        }
    }

    @Test func `the five-tuple hash is symmetric, and its ports stay in range`() throws {
        let left = try #require(IPAddress("10.0.0.1"))
        let right = try #require(IPAddress("fd00::2"))
        var seen: Set<UInt16> = []
        for port in UInt16(1)...2000 {
            let one = FiveTupleHash.hash(
                source: left, sourcePort: port, destination: right, destinationPort: 80, transport: 6)
            let other = FiveTupleHash.hash(
                source: right, sourcePort: 80, destination: left, destinationPort: port, transport: 6)
            #expect(one == other)
            #expect(FiveTupleHash.sourcePort(one) >= 49152)
            seen.insert(FiveTupleHash.sourcePort(one))
        }
        #expect(seen.count > 1800)
    }
}
