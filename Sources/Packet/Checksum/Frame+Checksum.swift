import Model

extension Frame {
    /// Checks the IPv4 header and the TCP, UDP or ICMP checksum of this frame in `bytes`, the ones it was read from.
    public func checksumVerdict(in bytes: RawSpan) -> ChecksumVerdict {
        guard bytes.byteCount == capturedLength else { return .unverifiable }
        var checksum = InternetChecksum()
        switch network {
        case .ipv4:
            checksum.add(bytes.extracting(ethernet.length..<transportOffset))
            guard checksum.isValid else { return .invalid }
        case .ipv6: break
        case .other: return .unverifiable
        }
        guard !isTruncated, !isFragment, let number = transportNumber else { return .unverifiable }
        let end = ethernet.length + totalLength
        guard transportOffset <= end else { return .invalid }
        var segment = transportOffset..<end
        checksum = InternetChecksum()
        switch transport {
        case .tcp(let header):
            guard header.length <= segment.count else { return .invalid }
        case .udp(let header):
            if header.checksum == 0 {
                // Only IPv4 lets a sender do without (RFC 768, RFC 8200 section 8.1).
                if case .ipv4 = network { return .unverifiable }
                return .invalid
            }
            guard header.length <= segment.count else { return .invalid }
            segment = transportOffset..<transportOffset + header.length
        case .icmp:
            if case .ipv4 = network {
                checksum.add(bytes.extracting(segment))
                return checksum.isValid ? .valid : .invalid
            }
        case .unreadable: return .invalid
        case .other, .laterFragment: return .unverifiable
        }
        addPseudoHeader(to: &checksum, transport: number, length: segment.count)
        checksum.add(bytes.extracting(segment))
        return checksum.isValid ? .valid : .invalid
    }

    /// RFC 9293 section 3.1 and RFC 8200 section 8.1; the order of the words does not matter to the sum.
    private func addPseudoHeader(to checksum: inout InternetChecksum, transport: UInt8, length: Int) {
        switch network {
        case .ipv4(let header):
            checksum.add(header.source.rawValue)
            checksum.add(header.destination.rawValue)
        case .ipv6(let header):
            for address in [header.source, header.destination] {
                checksum.add(address.high)
                checksum.add(address.low)
            }
        case .other: break
        }
        checksum.add(UInt32(transport))
        checksum.add(UInt32(truncatingIfNeeded: length))
    }
}
