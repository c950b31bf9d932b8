import Glibc
import Packet

/// The work of `weir mirror receive`: takes copies until told to stop, shows and stores them, and sums up.
public enum MirrorReceive {
    /// Runs on the calling thread, which it blocks, until `count` or `seconds` is reached or `stop` is signalled;
    /// without `stop` SIGINT and SIGTERM end it, one such run at a time. Everything that arrived before the end is
    /// counted, and the pcap file is whole.
    ///
    /// `names` gives what to call a VNI. `output` gets whole lines, each with its line feed, several at a time
    /// (`LineOutput.write` is one); when it throws, the run ends with that error. `ready` is told the bound port before the first copy is taken.
    ///
    /// Throws `NetlinkError` for the socket and `PacketError` for the pcap file.
    @discardableResult
    public static func run(
        options: ReceiveOptions, names: [UInt32: String], stop: StopEvent? = nil, ready: (UInt16) -> Void = { _ in },
        output: (String) throws -> Void
    ) throws -> ReceiveSummary {
        if let stop { return try run(options, names, stop, ready, output) }
        return try InterruptSignals.run { try run(options, names, $0, ready, output) }
    }

    private static func run(
        _ options: ReceiveOptions, _ names: [UInt32: String], _ stop: StopEvent, _ ready: (UInt16) -> Void,
        _ output: (String) throws -> Void
    ) throws -> ReceiveSummary {
        var receiver = try VXLANReceiver(
            namespace: options.namespace, port: options.port, receiveBufferBytes: options.receiveBufferBytes)
        var round = ReceiveRound(options: options, names: names)
        if let path = options.capturePath {
            var writer = try PcapWriter(path: path)
            // The header goes out at once, so that a reader at the other end of a pipe can begin.
            try writer.flush()
            ready(receiver.port)
            try loop(&receiver, &round, stop: stop, output: output) { copy, inner throws(PacketError) in
                try writer.write(
                    CaptureRecord(timeNanoseconds: copy.timeNanoseconds, originalLength: copy.originalLength), inner
                )
            } idle: { () throws(PacketError) in
                try writer.flush()
            }
            try writer.close()
        } else {
            ready(receiver.port)
            try loop(&receiver, &round, stop: stop, output: output) { _, _ in
            } idle: {
            }
        }
        let summary = try round.end(drops: receiver.drops())
        try output(
            options.format == .json ? summary.jsonLine(names: names) + "\n" : summary.text(names: names) + "\n")
        return summary
    }

    private static func loop(
        _ receiver: inout VXLANReceiver, _ round: inout ReceiveRound, stop: StopEvent,
        output: (String) throws -> Void, store: (MirrorCopy, RawSpan) throws(PacketError) -> Void,
        idle: () throws(PacketError) -> Void
    ) throws {
        func take(_ receiver: inout VXLANReceiver, _ round: inout ReceiveRound, upTo count: Int) throws -> Int {
            let taken = try receiver.receive(upTo: count) { datagram, payload in
                guard let copy = round.take(datagram, payload) else { return }
                try store(copy, payload.extracting(droppingFirst: VXLANHeader.length))
            }
            if let lines = round.takeLines() { try output(lines) }
            return taken
        }
        waiting: while let milliseconds = round.patienceMilliseconds {
            switch try receiver.wait(milliseconds: milliseconds, stop: stop) {
            case .stopped: break waiting
            case .timedOut: break
            case .ready:
                // A full batch says that more is waiting.
                if try take(&receiver, &round, upTo: round.room) == VXLANReceiver.batch { continue }
            }
            if round.isRestDue() { try idle() }
        }
        // What came before the end still counts; what comes while it is taken must not put the end off.
        round.close()
        while round.room > 0, try take(&receiver, &round, upTo: round.room) > 0 {}
    }
}
