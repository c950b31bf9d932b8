import Model

/// The newest word of each kind for the server. An older one that was not sent yet is worth nothing.
final class Outbox: Sendable {
    enum Letter: Sendable, Equatable {
        case report(HostReport)
        case acknowledgement(HostAcknowledgement)
        case ledgers(HostLedger)
    }

    private struct Slot<Word: Equatable & Sendable>: Sendable {
        var latest: Word?
        var isDue = false

        mutating func put(_ word: Word, always: Bool = false) {
            guard always || word != latest else { return }
            latest = word
            isDue = true
        }

        mutating func take() -> Word? {
            guard isDue, let latest else { return nil }
            isDue = false
            return latest
        }
    }

    private struct Contents: Sendable {
        var report = Slot<HostReport>()
        var acknowledgement = Slot<HostAcknowledgement>()
        var ledgers = Slot<HostLedger>()
    }

    private let contents = Mailbox(Contents())

    func put(_ report: HostReport) { contents.change { $0.report.put(report) } }
    /// Is sent even when the same was sent before: the server may ask again for a generation.
    func put(_ word: HostAcknowledgement) { contents.change { $0.acknowledgement.put(word, always: true) } }
    func put(_ ledgers: HostLedger) { contents.change { $0.ledgers.put(ledgers) } }

    /// Everything is due again: the server was away and may have forgotten.
    func repeatAll() {
        contents.change {
            $0.report.isDue = true
            $0.acknowledgement.isDue = true
            $0.ledgers.isDue = true
        }
    }

    /// A letter was not delivered; it is due again unless a newer one is.
    func giveBack(_ letter: Letter) {
        contents.change {
            switch letter {
            case .report: $0.report.isDue = true
            case .acknowledgement: $0.acknowledgement.isDue = true
            case .ledgers: $0.ledgers.isDue = true
            }
        }
    }

    /// The next letter, in the order a server needs them; waits for one.
    func next() -> Letter {
        while true {
            let letter = contents.wait(seconds: 3600) { contents -> Letter? in
                if let report = contents.report.take() { return .report(report) }
                if let word = contents.acknowledgement.take() { return .acknowledgement(word) }
                return contents.ledgers.take().map { .ledgers($0) }
            }
            if let letter { return letter }
        }
    }
}
