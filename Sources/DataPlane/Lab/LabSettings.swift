import Glibc

/// The sysctls that make a namespace a router, an instance or a port.
enum LabSettings {
    private static let quiet: [(key: String, value: String)] = {
        // Hosts differ in what new namespaces inherit.
        var settings = [("net/ipv4/conf/all/rp_filter", "0"), ("net/ipv4/conf/default/rp_filter", "0")]
        // Neighbour discovery and router solicitations would be packets nobody sent. A kernel may lack IPv6.
        if access("/proc/sys/net/ipv6/conf", F_OK) == 0 {
            settings += [("net/ipv6/conf/all/disable_ipv6", "1"), ("net/ipv6/conf/default/disable_ipv6", "1")]
        }
        return settings
    }()

    static let router: [(key: String, value: String)] =
        quiet + [
            ("net/ipv4/ip_forward", "1"),
            ("net/ipv4/conf/all/send_redirects", "0"), ("net/ipv4/conf/default/send_redirects", "0"),
        ]

    static let instance: [(key: String, value: String)] = quiet + [("net/ipv4/ip_forward", "0")]

    /// A port answers for every address behind another port, also inside one subnet, and at once.
    static func port(_ device: String) -> [(key: String, value: String)] {
        [
            ("net/ipv4/conf/\(device)/proxy_arp", "1"), ("net/ipv4/conf/\(device)/proxy_arp_pvlan", "1"),
            ("net/ipv4/conf/\(device)/rp_filter", "0"), ("net/ipv4/neigh/\(device)/proxy_delay", "0"),
        ]
    }
}
