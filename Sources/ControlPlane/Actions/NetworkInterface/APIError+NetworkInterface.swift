import CloudAPI
import Model

extension APIError {
    static var interfaceStatus: APIError { invalidStatus("Eni", "elastic network interface") }
    static var interfaceInUse: APIError { inUse("Eni", "elastic network interface") }
    static var subnetWithoutIPv6: APIError {
        APIError(Code("InvalidSubnet.DisableIpv6", 400), "The specified subnet does not have IPv6 enabled.")
    }
    static var tooManyPrivateAddresses: APIError {
        APIError(
            Code("LimitExceeded.PrivateIpsPerEni", 400),
            "You've reached the limit on the number of private IP addresses of an elastic network interface.")
    }
    static var tooManyInterfaces: APIError {
        APIError(
            Code("LimitExceeded.EnisPerInstance", 400),
            "You've reached the limit on the number of elastic network interfaces of an instance.")
    }
}

extension Rule where Value == String {
    /// An IPv6 address, in canonical text.
    static var ipv6Address: Rule {
        .parsed(or: .malformed("Ipv6", "IPv6 address")) { text in
            guard let address = IPAddress(text), address.family == .ipv6 else { return nil }
            return address.description
        }
    }
}
