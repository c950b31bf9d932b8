/// Growing pauses between tries, with jitter so that hosts do not come back all at once.
struct Backoff {
    private let firstSeconds: Double
    private let limitSeconds: Double
    private var seconds: Double

    init(firstSeconds: Double = 0.2, limitSeconds: Double) {
        self.firstSeconds = firstSeconds
        self.limitSeconds = limitSeconds
        seconds = firstSeconds
    }

    /// The next pause in seconds: doubles up to the limit, half of it by chance.
    mutating func next() -> Double {
        let pause = seconds
        seconds = min(limitSeconds, seconds * 2)
        return pause * Double.random(in: 0.5...1)
    }

    mutating func reset() { seconds = firstSeconds }
}
