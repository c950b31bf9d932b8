import Glibc

/// The offloads of a device that change what its packets look like (ethtool -k).
public struct LinkOffloads: Sendable, Equatable {
    public var receiveChecksum: Bool
    public var transmitChecksum: Bool
    public var scatterGather: Bool
    public var tcpSegmentation: Bool
    public var genericSegmentation: Bool
    public var genericReceive: Bool

    public init(
        receiveChecksum: Bool, transmitChecksum: Bool, scatterGather: Bool, tcpSegmentation: Bool,
        genericSegmentation: Bool, genericReceive: Bool
    ) {
        self.receiveChecksum = receiveChecksum
        self.transmitChecksum = transmitChecksum
        self.scatterGather = scatterGather
        self.tcpSegmentation = tcpSegmentation
        self.genericSegmentation = genericSegmentation
        self.genericReceive = genericReceive
    }
}

extension RouteSocket {
    /// (get, set) of linux/ethtool.h.
    private enum Feature {
        static let receiveChecksum: (UInt32, UInt32) = (0x14, 0x15)
        static let transmitChecksum: (UInt32, UInt32) = (0x16, 0x17)
        static let scatterGather: (UInt32, UInt32) = (0x18, 0x19)
        static let tcpSegmentation: (UInt32, UInt32) = (0x1e, 0x1f)
        static let genericSegmentation: (UInt32, UInt32) = (0x23, 0x24)
        static let genericReceive: (UInt32, UInt32) = (0x2b, 0x2c)
    }

    /// Reads the offloads of a device. Throws `ENODEV` when there is none.
    public func offloads(of device: String) throws(NetlinkError) -> LinkOffloads {
        func read(_ feature: (UInt32, UInt32)) throws(NetlinkError) -> Bool {
            try ethtool(device, feature.0, 0, "read offloads of \(device)") != 0
        }
        return LinkOffloads(
            receiveChecksum: try read(Feature.receiveChecksum), transmitChecksum: try read(Feature.transmitChecksum),
            scatterGather: try read(Feature.scatterGather), tcpSegmentation: try read(Feature.tcpSegmentation),
            genericSegmentation: try read(Feature.genericSegmentation),
            genericReceive: try read(Feature.genericReceive))
    }

    /// Turns transmit checksums, scatter-gather, TSO, GSO and GRO on or off (`ethtool -K … tx sg tso gso gro`).
    /// Throws when the device refuses one of them.
    public func setOffloads(_ on: Bool, of device: String) throws(NetlinkError) {
        let features = [
            Feature.transmitChecksum, Feature.scatterGather, Feature.tcpSegmentation, Feature.genericSegmentation,
            Feature.genericReceive,
        ]
        for feature in features {
            _ = try ethtool(device, feature.1, on ? 1 : 0, "turn offloads \(on ? "on" : "off") at \(device)")
        }
    }

    private func ethtool(_ device: String, _ command: UInt32, _ data: UInt32, _ attempt: String) throws(NetlinkError)
        -> UInt32
    {
        guard Self.isLinkName(device) else { throw NetlinkError(attempt: attempt, code: EINVAL) }
        // struct ethtool_value: command, data.
        let requestNumber: UInt = 0x8946
        var value = (command, data)
        let outcome = withUnsafeMutableBytes(of: &value) { value in
            // struct ifreq: 16 bytes of name, then a pointer, 40 bytes in all.
            var request = [UInt8](repeating: 0, count: 40)
            for (offset, byte) in device.utf8.enumerated() { request[offset] = byte }
            return request.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return Int32(-1) }
                bytes.storeBytes(of: UInt(bitPattern: value.baseAddress), toByteOffset: 16, as: UInt.self)
                return ioctl(control.number, requestNumber, base)
            }
        }
        guard outcome == 0 else { throw NetlinkError.last(attempt) }
        return value.1
    }
}
