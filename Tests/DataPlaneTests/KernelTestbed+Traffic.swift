import DataPlane
import Foundation
import Glibc
import Model
import Synchronization
import Testing

extension KernelTestbed {
    /// Sends batch after batch of small UDP packets from web to client, port 7000, until `body` ran `rounds` times.
    /// Returns how many were sent.
    func underTraffic(rounds: Int = 4, _ body: (Int) throws -> Void) throws -> UInt64 {
        let namespace = web
        return try underTraffic(
            rounds: rounds, batch: 20_000,
            sender: {
                try UDPSender.send(20_000, bytes: 10, to: Self.clientAddress, port: 7000, in: namespace)
            }, body)
    }

    /// Runs `sender`, which sends `batch` packets, again and again until `body` ran `rounds` times. Returns how many
    /// were sent. Throws what either throws.
    func underTraffic(
        rounds: Int, batch: Int, sender: @escaping @Sendable () throws -> Void, _ body: (Int) throws -> Void
    ) throws -> UInt64 {
        let traffic = Traffic()
        Thread.detachNewThread {
            while !traffic.isStopped.load(ordering: .acquiring) {
                do { try sender() } catch {
                    traffic.failure.withLock { $0 = "\(error)" }
                    break
                }
                traffic.sent.add(batch, ordering: .relaxed)
            }
            traffic.isDone.store(true, ordering: .releasing)
        }
        defer { traffic.stop() }
        for round in 0..<rounds { try body(round) }
        traffic.stop()
        #expect(traffic.failure.withLock { $0 } == nil)
        return UInt64(traffic.sent.load(ordering: .acquiring))
    }

    private final class Traffic: Sendable {
        let isStopped = Atomic<Bool>(false)
        let isDone = Atomic<Bool>(false)
        let sent = Atomic<Int>(0)
        let failure = Mutex<String?>(nil)

        /// Returns when the last batch is out.
        func stop() {
            isStopped.store(true, ordering: .releasing)
            while !isDone.load(ordering: .acquiring) { usleep(1000) }
        }
    }
}
