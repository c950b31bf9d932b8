import CDataPlane
public import Model

/// What is attached and installed, for `weir-agent status`: the usual tools show little of it.
public struct KernelStatus: Codable, Sendable, Equatable {
    public struct Device: Codable, Sendable, Equatable {
        public var slot: UInt32
        /// `nil` for a device bound only because copies leave through it.
        public var networkInterfaceID: String?
        public var namespace: String?
        public var device: String
        public var side: DeviceSide
        /// Whether all programs are on the device now.
        public var attached: Bool
        public var flowLogIDs: [String]
        public var mirrored: Bool
    }

    public var pinDirectory: String
    public var layout: Int
    public var devices: [Device]
    public var sessionIDs: [String]
    /// Namespaces with a helper device; `nil` is the agent's own.
    public var helperNamespaces: [String?]
}

extension KernelDataPlane {
    public var status: KernelStatus {
        KernelStatus(
            pinDirectory: pins.root, layout: Int(WEIR_LAYOUT),
            devices: journal.slots.map {
                KernelStatus.Device(
                    slot: $0.number, networkInterfaceID: $0.networkInterfaceID, namespace: $0.namespace,
                    device: $0.device, side: $0.side, attached: isAttached($0), flowLogIDs: $0.flowLogIDs,
                    mirrored: $0.rules != nil)
            }, sessionIDs: journal.sessions.map(\.sessionID).sorted(),
            helperNamespaces: journal.helpers.map(\.namespace))
    }
}
