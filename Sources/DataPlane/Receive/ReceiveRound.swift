import Glibc
import Packet

/// One run of a receiver as it goes: what has come, and what is still wanted.
struct ReceiveRound {
    /// Stored frames go to disk this often, when there is time.
    static let idleMilliseconds: Int32 = 250
    /// More than any receive buffer holds.
    static let closingDatagrams = 1 << 22

    private let options: ReceiveOptions
    private let names: [UInt32: String]
    private let started = Self.nanoseconds(CLOCK_MONOTONIC)
    private var endNanoseconds = UInt64.max
    private var closingRoom = Int.max
    private var isPastEnd = false
    private var summary = ReceiveSummary()
    private var taken: UInt64 = 0
    private var restedSeconds = 0.0
    private var lines = ""

    init(options: ReceiveOptions, names: [UInt32: String]) {
        self.options = options
        self.names = names
    }

    /// How many datagrams to take next at most; 0 when there is no more to wait for.
    var room: Int {
        guard !isPastEnd else { return 0 }
        guard let wanted = options.count else { return VXLANReceiver.batch }
        return Int(min(UInt64(VXLANReceiver.batch), wanted - min(taken, wanted)))
    }

    /// How long to wait for more; `nil` when the count or the time is reached.
    var patienceMilliseconds: Int32? {
        guard room > 0 else { return nil }
        guard let seconds = options.seconds else { return Self.idleMilliseconds }
        let rest = seconds - secondsPassed
        return rest > 0 ? Int32(min(Double(Self.idleMilliseconds), rest * 1000 + 1)) : nil
    }

    /// Whether `idleMilliseconds` have passed since this was last true.
    mutating func isRestDue() -> Bool {
        let now = secondsPassed
        guard now - restedSeconds >= Double(Self.idleMilliseconds) / 1000 else { return false }
        restedSeconds = now
        return true
    }

    /// Sets the end to now: only what has arrived before is still taken.
    mutating func close() {
        endNanoseconds = Self.nanoseconds(CLOCK_REALTIME)
        // A clock that is set back must not keep the end away either.
        closingRoom = Self.closingDatagrams
    }

    /// Counts one datagram; the copy in it, if there is one.
    mutating func take(_ datagram: Datagram, _ payload: RawSpan) -> MirrorCopy? {
        closingRoom -= 1
        if closingRoom <= 0 || datagram.timeNanoseconds > endNanoseconds { isPastEnd = true }
        guard let copy = try? MirrorCopy(datagram, payload) else {
            summary.notVXLANPackets &+= 1
            return nil
        }
        taken &+= 1
        summary.count(copy)
        if !options.quiet {
            let name = names[copy.vni]
            lines += options.format == .json ? copy.jsonLine(name: name) : copy.text(name: name)
            lines += "\n"
        }
        return copy
    }

    /// The lines gathered since the last call; `nil` when there are none.
    mutating func takeLines() -> String? {
        guard !lines.isEmpty else { return nil }
        defer { lines = "" }
        return lines
    }

    func end(drops: UInt64) -> ReceiveSummary {
        var summary = summary
        summary.socketDroppedPackets = drops
        summary.seconds = secondsPassed
        return summary
    }

    private var secondsPassed: Double { Double(Self.nanoseconds(CLOCK_MONOTONIC) &- started) / 1e9 }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(max(0, time.tv_sec)) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
    }
}
