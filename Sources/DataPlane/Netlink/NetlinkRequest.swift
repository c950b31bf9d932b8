import Model

/// One rtnetlink request being written: header, the family's fixed part, attributes (RFC 3549 §2.2).
/// Numbers are in the host's byte order, as the kernel has them.
struct NetlinkRequest {
    private(set) var bytes: [UInt8]

    /// `fixed` is the family's struct, e.g. the 16 bytes of `ifinfomsg`.
    init(_ type: NetlinkType, flags: UInt16 = 0, fixed: [UInt8]) {
        self.init(type: type.rawValue, flags: flags, fixed: fixed)
    }

    /// A request of another netlink family.
    init(type: UInt16, flags: UInt16, fixed: [UInt8]) {
        bytes = []
        bytes.append(native: UInt32(0))
        bytes.append(native: type)
        bytes.append(native: NetlinkFlag.request | flags)
        bytes.append(native: UInt32(0))
        bytes.append(native: UInt32(0))
        bytes += fixed
        pad()
    }

    mutating func attribute(_ type: UInt16, _ payload: [UInt8]) {
        bytes.append(native: UInt16(truncatingIfNeeded: payload.count + 4))
        bytes.append(native: type)
        bytes += payload
        pad()
    }

    mutating func attribute(_ type: UInt16, _ value: UInt32) {
        var payload: [UInt8] = []
        payload.append(native: value)
        attribute(type, payload)
    }

    /// A zero-terminated string.
    mutating func attribute(_ type: UInt16, _ text: String) { attribute(type, Array(text.utf8) + [0]) }

    mutating func attribute(_ type: UInt16, _ address: IPAddress) { attribute(type, address.networkBytes) }

    mutating func nested(_ type: UInt16, fixed: [UInt8] = [], _ build: (inout NetlinkRequest) -> Void) {
        let start = bytes.count
        bytes.append(native: UInt16(0))
        bytes.append(native: type)
        bytes += fixed
        pad()
        build(&self)
        bytes.replace(native: UInt16(truncatingIfNeeded: bytes.count - start), at: start)
    }

    /// The finished message with its length and sequence number.
    func sealed(sequence: UInt32) -> [UInt8] {
        var message = bytes
        message.replace(native: UInt32(truncatingIfNeeded: message.count), at: 0)
        message.replace(native: sequence, at: 8)
        return message
    }

    private mutating func pad() { while bytes.count % 4 != 0 { bytes.append(0) } }
}

extension [UInt8] {
    mutating func append<T: FixedWidthInteger>(native value: T) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }

    fileprivate mutating func replace<T: FixedWidthInteger>(native value: T, at offset: Int) {
        Swift.withUnsafeBytes(of: value) { replaceSubrange(offset..<(offset + $0.count), with: $0) }
    }
}
