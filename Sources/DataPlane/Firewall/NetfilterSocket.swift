import Glibc
import Model

/// A socket of NETLINK_NETFILTER in one network namespace: connections and the state of nftables.
final class NetfilterSocket {
    let namespace: NetworkNamespace
    private let netlink: FileDescriptor
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 65536)

    private static let protocolNumber: Int32 = 12

    init(in namespace: NetworkNamespace) throws(NetlinkError) {
        self.namespace = namespace
        do {
            netlink = try namespace.run {
                try RouteSocket.openNetlink(groups: 0, flags: 0, protocolNumber: Self.protocolNumber)
            }
        } catch {
            throw error as? NetlinkError ?? NetlinkError(attempt: "open netfilter in \(namespace)", code: EIO)
        }
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(netlink.number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Subsystem and message of linux/netfilter/nfnetlink.h as one number.
    enum Message: UInt16 {
        case newConnection = 0x0100
        case getConnection = 0x0101
        case getTable = 0x0a01
        case getRule = 0x0a07
        case getGeneration = 0x0a10
    }

    static func request(_ message: Message, family: UInt8 = 0, flags: UInt16) -> NetlinkRequest {
        // struct nfgenmsg: family, version, resource.
        NetlinkRequest(type: message.rawValue, flags: flags, fixed: [family, 0, 0, 0])
    }

    /// Sends the request and hands each answer on as it comes, so that a table of any size needs no memory here.
    func exchange(
        _ request: NetlinkRequest, _ attempt: String, _ body: (NetlinkReply) throws(NetlinkError) -> Void = { _ in }
    ) throws(NetlinkError) {
        sequence &+= 1
        let message = request.sealed(sequence: sequence)
        while send(netlink.number, message, message.count, 0) < 0 {
            guard errno == EINTR else { throw NetlinkError.last(attempt) }
        }
        while true {
            let count = recv(netlink.number, &buffer, buffer.count, Int32(MSG_TRUNC))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw NetlinkError.last(attempt) }
            guard count <= buffer.count else { throw NetlinkError(attempt: attempt, code: EMSGSIZE) }
            for reply in NetlinkReply.split(buffer[0..<count]) where reply.sequence == sequence {
                switch reply.type {
                case NetlinkReply.error, NetlinkReply.done:
                    let code = reply.payload.native(Int32.self, at: 0) ?? 0
                    guard code == 0 else { throw NetlinkError(attempt: attempt, code: code == .min ? EIO : abs(code)) }
                    return
                case NetlinkReply.noOperation: continue
                case NetlinkReply.overrun: throw NetlinkError(attempt: attempt, code: ENOBUFS)
                default: try body(reply)
                }
            }
        }
    }

    // MARK: nftables

    /// Rises with every change of any table of the namespace.
    func generation() throws(NetlinkError) -> UInt32? {
        var generation: UInt32?
        let request = Self.request(.getGeneration, flags: NetlinkFlag.acknowledge)
        try exchange(request, "read the generation of nftables") { reply throws(NetlinkError) in
            generation = reply.attributes(after: 4).bigEndian(1)
        }
        return generation
    }

    /// What tells one making of a table from another: its handle, the sets and chains in it, and its rules.
    struct TableShape: Hashable {
        var handle: UInt64
        var parts: UInt32
        var rules: Int
    }

    /// The table as it is now; `nil` when there is none.
    func shape(ofTable name: String) throws(NetlinkError) -> TableShape? {
        var shape: TableShape?
        var table = Self.request(.getTable, family: Self.familyInet, flags: NetlinkFlag.acknowledge)
        table.attribute(1, name)
        do {
            try exchange(table, "look for table \(name)") { reply throws(NetlinkError) in
                let attributes = reply.attributes(after: 4)
                guard let high = attributes.bigEndian(4), let low = attributes[4]?.dropFirst(4).bigEndian else {
                    return
                }
                shape = TableShape(
                    handle: UInt64(high) << 32 | UInt64(low), parts: attributes.bigEndian(3) ?? 0, rules: 0)
            }
        } catch  where error.code == ENOENT {
            return nil
        }
        var rules = Self.request(.getRule, family: Self.familyInet, flags: NetlinkFlag.dump)
        rules.attribute(1, name)
        try exchange(rules, "list the rules of table \(name)") { reply throws(NetlinkError) in
            if reply.attributes(after: 4).text(1) == name { shape?.rules += 1 }
        }
        return shape
    }

    private static let familyInet: UInt8 = 1
}

extension NetlinkAttributes {
    /// Netfilter writes its numbers in network byte order.
    func bigEndian(_ type: UInt16) -> UInt32? { self[type]?.bigEndian }
    func bigEndianShort(_ type: UInt16) -> UInt16? {
        self[type]?.native(UInt16.self, at: 0).map { UInt16(bigEndian: $0) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var bigEndian: UInt32? { native(UInt32.self, at: 0).map { UInt32(bigEndian: $0) } }
}
