import Packet

/// What `weir mirror receive` was asked for.
public struct ReceiveOptions: Sendable, Equatable {
    /// How copies and the summary are shown.
    public enum Format: Sendable { case text, json }

    /// Where the target lives.
    public var namespace = NetworkNamespace.own
    /// UDP port; 0 is any free one.
    public var port = VXLANHeader.port
    /// Stops after as many copies; `nil` has no end.
    public var count: UInt64?
    /// Stops after so long; `nil` has no end.
    public var seconds: Double?
    /// Inner frames go to this pcap file; `-` is standard output, and lines must then be put elsewhere.
    public var capturePath: String?
    public var format = Format.text
    /// Shows the summary alone.
    public var quiet = false
    /// Room for waiting copies in the kernel.
    public var receiveBufferBytes = 128 << 20

    public init() {}
}
