import Glibc

/// The sysctls that make a namespace a router, an instance or a port.
enum LabSettings {
    typealias Settings = [(key: String, value: String)]

    // Hosts differ in what new namespaces inherit.
    private static let quiet: Settings = [
        ("net/ipv4/conf/all/rp_filter", "0"), ("net/ipv4/conf/default/rp_filter", "0"),
    ]

    /// A kernel may lack IPv6.
    static let hasIPv6 = access("/proc/sys/net/ipv6/conf", F_OK) == 0

    /// Devices come without IPv6, so that nothing is sent that nobody asked for; those with IPv6 addresses get it.
    /// `all` is left alone: writing it reaches every device that is there.
    private static func namespace(ipv6: Bool, forwards: Bool) -> Settings {
        guard hasIPv6 else { return [] }
        return [
            ("net/ipv6/conf/default/disable_ipv6", "1"), ("net/ipv6/conf/lo/disable_ipv6", ipv6 ? "0" : "1"),
            ("net/ipv6/conf/all/forwarding", ipv6 && forwards ? "1" : "0"),
        ]
    }

    static func router(ipv6: Bool) -> Settings {
        quiet + [
            ("net/ipv4/ip_forward", "1"),
            ("net/ipv4/conf/all/send_redirects", "0"), ("net/ipv4/conf/default/send_redirects", "0"),
        ] + namespace(ipv6: ipv6, forwards: true)
    }

    static func instance(ipv6: Bool) -> Settings {
        quiet + [("net/ipv4/ip_forward", "0")] + namespace(ipv6: ipv6, forwards: false)
    }

    /// A port answers for every address behind another port, also inside one subnet, and at once.
    static func port(_ device: String) -> Settings {
        [
            ("net/ipv4/conf/\(device)/proxy_arp", "1"), ("net/ipv4/conf/\(device)/proxy_arp_pvlan", "1"),
            ("net/ipv4/conf/\(device)/rp_filter", "0"), ("net/ipv4/neigh/\(device)/proxy_delay", "0"),
        ]
    }

    /// IPv6 on one end of a veth: with the addresses it is given and no other, and without solicitations.
    static func device(_ device: String, ipv6: Bool) -> Settings {
        guard hasIPv6 else { return [] }
        let conf = "net/ipv6/conf/\(device)"
        if !ipv6 { return [("\(conf)/disable_ipv6", "1")] }
        return [
            ("\(conf)/addr_gen_mode", "1"), ("\(conf)/accept_ra", "0"), ("\(conf)/autoconf", "0"),
            ("\(conf)/accept_redirects", "0"), ("\(conf)/dad_transmits", "0"), ("\(conf)/router_solicitations", "0"),
            ("\(conf)/disable_ipv6", "0"),
        ]
    }
}
