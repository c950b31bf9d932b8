import Glibc
import Model
import Testing

@testable import FlowLogs

/// Addresses of files are read from their text as the C library reads them, and as those of the API are.
@Suite struct AddressTextTests {
    /// By `inet_pton`; `nil` for what is no address.
    private func reference(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private func read(_ text: String) -> IPAddress? {
        var text = text
        return text.withUTF8 { IPAddress(utf8: $0) }
    }

    private func bytes(_ address: IPAddress) -> [UInt8] {
        let all = [address.high, address.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
        return address.family == .ipv4 ? Array(all.suffix(4)) : all
    }

    @Test func `any text is the address that the C library reads, or none`() {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdefABCDEF:::...")
        var found = 0
        for _ in 0..<20_000 {
            var text: String
            switch Int.random(in: 0..<3, using: &random) {
            case 0: text = IPv4Address(rawValue: .random(in: 0 ... .max, using: &random)).description
            case 1:
                let mask = UInt64.random(in: 0 ... .max, using: &random) & .random(in: 0 ... .max, using: &random)
                text = IPAddress(ipv6High: mask & 0xffff_0000_ffff_ffff, low: mask & 0xffff).description
            default:
                text = String((0..<Int.random(in: 0...12, using: &random)).compactMap { _ in digits.randomElement() })
            }
            if Bool.random(using: &random), let place = text.indices.randomElement(), let digit = digits.randomElement()
            {
                text.replaceSubrange(place...place, with: Bool.random(using: &random) ? "" : String(digit))
            }
            // IPv4 within IPv6 is no address here.
            if text.contains("."), text.contains(":") {
                #expect(read(text) == nil, "\(text)")
                continue
            }
            let address = read(text)
            #expect(address.map(bytes) == reference(text), "\(text)")
            #expect(address == IPAddress(text), "\(text)")
            if address != nil { found += 1 }
        }
        #expect(found > 2000)
    }
}
