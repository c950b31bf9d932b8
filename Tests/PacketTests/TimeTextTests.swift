import Packet
import Testing

struct TimeTextTests {
    @Test(arguments: [
        (UInt64(0), "1970-01-01T00:00:00.000000000Z"),
        (951_782_400, "2000-02-29T00:00:00.000000000Z"),
        (1_709_164_799, "2024-02-28T23:59:59.000000000Z"),
        (1_709_251_200, "2024-03-01T00:00:00.000000000Z"),
        (4_102_444_799, "2099-12-31T23:59:59.000000000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
    ])
    func `seconds become dates`(_ seconds: UInt64, _ text: String) {
        #expect(TimeText.rfc3339(seconds * 1_000_000_000) == text)
    }

    @Test func `nanoseconds are kept and the end of time does not trap`() {
        #expect(TimeText.clock(3_723_000_000_045) == "01:02:03.000000045")
        #expect(TimeText.rfc3339(.max) == "2554-07-21T23:34:33.709551615Z")
    }
}
