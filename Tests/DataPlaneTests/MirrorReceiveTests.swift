import DataPlane
import Glibc
import Packet
import Testing

/// Serialised: the signals of a process go to one run at a time.
@Suite(.serialized) struct MirrorReceiveTests {
    @Test func `every copy that arrives before the end is counted under its VNI, shown and stored`() throws {
        let bed = NetlinkTestbed()
        let namespace = try Self.loopback(bed)
        let path = "/tmp/weir-receive-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcap"
        defer { unlink(path) }
        var options = ReceiveOptions()
        options.namespace = namespace
        options.capturePath = path
        let stop = try StopEvent()
        let frames = (0..<2000).map { CopyBuilder.frame(payload: Array(repeating: 1, count: $0 % 1400)) }
        var lines: [Substring] = []
        let summary = try MirrorReceive.run(options: options, names: [7: "tms-seven"], stop: stop) { port in
            #expect(port == 4789)
            Self.send(frames.map { CopyBuilder.copy(vni: 7, frame: $0) }, namespace, port)
            Self.send([CopyBuilder.copy(vni: 0xffffff, frame: frames[0])], namespace, port)
            stop.signal()
        } output: {
            lines += $0.split(separator: "\n")
        }
        #expect(summary.packets == 2001)
        #expect(summary.tallies[7]?.packets == 2000)
        #expect(summary.tallies[7]?.bytes == frames.reduce(0) { $0 + UInt64($1.count) })
        #expect(summary.tallies[0xffffff]?.packets == 1)
        #expect(summary.socketDroppedPackets == 0)
        #expect(lines.count == 2001 + 3)
        #expect(lines.first?.hasSuffix(" VNI 7 (tms-seven) IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 0") == true)
        #expect(lines.last == "  VNI 16777215: 1 packets, 42 bytes, 0 cut, 0 bad checksums, 0 unreadable")
        #expect(try Self.stored(path) == frames + [frames[0]])
    }

    @Test func `what is wrong with a copy is counted and told`() throws {
        let stop = try StopEvent()
        var options = ReceiveOptions()
        options.port = 0
        options.format = .json
        var bad = CopyBuilder.frame(payload: [1, 2, 3])
        bad[bad.count - 1] ^= 1
        let long = CopyBuilder.frame(payload: Array(repeating: 0, count: 500))
        var text = ""
        let summary = try MirrorReceive.run(options: options, names: [5: "a \"b\"\n"], stop: stop) { port in
            Self.send(
                [
                    CopyBuilder.copy(vni: 5, frame: bad), CopyBuilder.copy(vni: 5, frame: Array(long[..<78])),
                    CopyBuilder.copy(vni: 5, frame: [1, 2]), [1, 2, 3], Array(repeating: 0, count: 60), [],
                ], .own, port)
            stop.signal()
        } output: {
            text += $0
        }
        let tally = try #require(summary.tallies[5])
        #expect(tally.packets == 3)
        #expect(tally.badChecksumPackets == 1)
        #expect(tally.truncatedPackets == 2)
        #expect(tally.unreadablePackets == 1)
        #expect(summary.notVXLANPackets == 3)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines[1].drop { $0 != "," }
                == #","vni":5,"session":"a \"b\"\u000a","from":"127.0.0.1","length":542,"captured":78,"truncated":true,"#
                + #""checksum":"unverifiable","source":"10.0.0.1","destination":"10.0.0.2","protocol":17,"#
                + #""sourcePort":5000,"destinationPort":53,"payload":500}"#)
        #expect(lines[3].hasPrefix(#"{"summary":{"packets":3,"seconds":0."#))
        #expect(
            lines[3].hasSuffix(
                #""bytes":125,"truncated":2,"badChecksums":1,"unreadable":1}]}}"#))
    }

    @Test func `a count takes exactly as many copies`() throws {
        var options = ReceiveOptions()
        options.port = 0
        options.count = 100
        options.quiet = true
        var text = ""
        let summary = try MirrorReceive.run(options: options, names: [:], stop: StopEvent()) { port in
            Self.send(Array(repeating: CopyBuilder.copy(vni: 1, frame: []), count: 300), .own, port)
        } output: {
            text += $0
        }
        #expect(summary.packets == 100)
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func `an interrupt ends the run with a whole file, and afterwards signals mean what they did`() throws {
        let path = "/tmp/weir-receive-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcap"
        defer { unlink(path) }
        var before = sigaction()
        sigaction(SIGINT, nil, &before)
        for signal in [SIGINT, SIGTERM] {
            var options = ReceiveOptions()
            options.port = 0
            options.quiet = true
            options.capturePath = path
            let frames = (0..<50).map { CopyBuilder.frame(payload: [$0]) }
            let summary = try MirrorReceive.run(options: options, names: [:]) { port in
                Self.send(frames.map { CopyBuilder.copy(vni: 1, frame: $0) }, .own, port)
                kill(getpid(), signal)
            } output: { _ in
            }
            #expect(summary.packets == 50)
            #expect(try Self.stored(path) == frames)
        }
        var after = sigaction()
        sigaction(SIGINT, nil, &after)
        #expect(
            unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
                == unsafeBitCast(after.__sigaction_handler.sa_handler, to: Int.self))
    }

    @Test func `a socket without room tells its drops to the packet`() throws {
        var options = ReceiveOptions()
        options.port = 0
        options.quiet = true
        options.receiveBufferBytes = 16_384
        let stop = try StopEvent()
        let summary = try MirrorReceive.run(options: options, names: [:], stop: stop) { port in
            Self.send(Array(repeating: CopyBuilder.copy(vni: 1, frame: []), count: 5000), .own, port)
            stop.signal()
        } output: { _ in
        }
        #expect(summary.socketDroppedPackets > 0)
        #expect(summary.packets + summary.socketDroppedPackets == 5000)
    }

    @Test func `the time given ends a quiet run`() throws {
        var options = ReceiveOptions()
        options.port = 0
        options.seconds = 0.05
        let summary = try MirrorReceive.run(options: options, names: [:], stop: StopEvent()) { _ in }
        #expect(summary.packets == 0)
        #expect(summary.seconds >= 0.05)
    }

    @Test func `an output that fails ends the run, and the file holds what was taken`() throws {
        struct Closed: Error {}
        let path = "/tmp/weir-receive-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcap"
        defer { unlink(path) }
        var options = ReceiveOptions()
        options.port = 0
        options.capturePath = path
        #expect(throws: Closed.self) {
            try MirrorReceive.run(options: options, names: [:], stop: StopEvent()) { port in
                Self.send([CopyBuilder.copy(vni: 1, frame: [1])], .own, port)
            } output: { _ in
                throw Closed()
            }
        }
        #expect(try Self.stored(path) == [[1]])
    }

    @Test func `a reader that goes away ends the run instead of the process`() throws {
        let path = "/tmp/weir-receive-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcap"
        defer { unlink(path) }
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[1]) }
        close(ends[0])
        var options = ReceiveOptions()
        options.port = 0
        options.capturePath = path
        #expect {
            try MirrorReceive.run(options: options, names: [:]) { port in
                Self.send([CopyBuilder.copy(vni: 1, frame: [1])], .own, port)
            } output: {
                try LineOutput.write($0, to: ends[1])
            }
        } throws: {
            ($0 as? NetlinkError)?.code == EPIPE
        }
        #expect(try Self.stored(path) == [[1]])
    }

    @Test func `a port that is taken and a namespace that is not there are clear errors`() throws {
        let taken = try VXLANReceiver(port: 0)
        #expect {
            _ = try VXLANReceiver(port: taken.port)
        } throws: {
            ($0 as? NetlinkError)?.code == EADDRINUSE
        }
        #expect {
            _ = try VXLANReceiver(namespace: NetworkNamespace(name: "weir-no-such"), port: 0)
        } throws: {
            ($0 as? NetlinkError)?.code == ENOENT
        }
    }

    private static func loopback(_ bed: NetlinkTestbed) throws -> NetworkNamespace {
        let namespace = try bed.namespace("r")
        let socket = try RouteSocket(in: namespace)
        for link in try socket.links() { try socket.setLink(index: link.index, up: true) }
        return namespace
    }

    private static func send(_ datagrams: [[UInt8]], _ namespace: NetworkNamespace, _ port: UInt16) {
        do {
            let sender = try LoopbackSender(namespace: namespace, port: port)
            for datagram in datagrams { try sender.send(datagram) }
            sender.close()
        } catch {
            Issue.record(error)
        }
    }

    private static func stored(_ path: String) throws -> [[UInt8]] {
        var reader = try CaptureReader(path: path)
        var frames: [[UInt8]] = []
        while try reader.next() != nil {
            frames.append(reader.withFrame { span in span.withUnsafeBytes { Array($0) } })
        }
        return frames
    }
}
