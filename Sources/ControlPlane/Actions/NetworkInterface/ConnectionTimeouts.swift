import CloudAPI

/// How long idle connections of an ENI are remembered, seconds; `nil` where a call says nothing.
struct ConnectionTimeouts: Sendable {
    var tcpEstablished: Int?
    var tcpClosedAndTimeWait: Int?
    var udp: Int?

    static let tcpEstablishedDefault = 600
    static let tcpClosedAndTimeWaitDefault = 10
    static let udpDefault = 30
}

extension Rule where Value == Int {
    /// Seconds up to a day.
    static var timeoutSeconds: Rule { .range(1...86_400) }
}
