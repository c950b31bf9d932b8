import CloudAPI
import Model

extension CreateListener.Request {
    /// How connections are treated.
    static var optionFields: [Field<Self>] {
        [
            .optional("Scheduler", \.options.scheduler, .oneOf(["wrr", "wlc", "sh"])),
            .optional("Bandwidth", \.options.bandwidth, .bound),
            .optional("Cps", \.options.connectionsPerSecond, .bound),
            .optional("MaxConnections", \.options.maxConnections, .bound),
            .optional("PersistenceType", \.options.persistenceType, .oneOf(["off", "source_ip", "insert", "server"])),
            .optional("PersistenceTimeout", \.options.persistenceTimeout, .range(1...3600)),
            .optional("Cookie", \.options.cookie, .shortText),
            .optional("ProxyProtocolType", \.options.proxyProtocolType, .oneOf(["off", "standard"])),
            .optional("ConnectionDrainEnabled", \.options.connectionDrainEnabled, .onOff),
            .optional("ConnectionDrainTimeout", \.options.connectionDrainTimeout, .range(0...900)),
            .optional("EnhancedSchedulerEnable", \.options.enhancedSchedulerEnabled, .onOff),
            .optional("Http2Enabled", \.options.http2Enabled, .onOff),
            .optional("ClientHeaderTimeout", \.options.clientHeaderTimeout, .range(30...120)),
            .optional("ClientBodyTimeout", \.options.clientBodyTimeout, .range(30...120)),
            .optional("KeepaliveTimeout", \.options.keepaliveTimeout, .range(0...900)),
            .optional("ProxyConnectTimeout", \.options.proxyConnectTimeout, .range(4...120)),
            .optional("ProxySendTimeout", \.options.proxySendTimeout, .range(30...3600)),
            .optional("ProxyReadTimeout", \.options.proxyReadTimeout, .range(30...3600)),
            .optional("SendTimeout", \.options.sendTimeout, .range(1...3600)),
            .optional("SecurityPolicyId", \.options.securityPolicyID, .shortText),
            .optional("LoadType", \.options.loadType, .shortText),
        ]
    }

    static var healthCheckFields: [Field<Self>] {
        [
            .optional("HealthCheck.Enabled", \.options.healthCheck.enabled, .onOff),
            .optional("HealthCheck.Interval", \.options.healthCheck.interval, .range(1...300)),
            .optional("HealthCheck.Timeout", \.options.healthCheck.timeout, .range(1...60)),
            .optional("HealthCheck.HealthyThreshold", \.options.healthCheck.healthyThreshold, .range(2...10)),
            .optional("HealthCheck.UnhealthyThreshold", \.options.healthCheck.unhealthyThreshold, .range(2...10)),
            .optional("HealthCheck.Port", \.options.healthCheck.port, .range(0...65535)),
            .optional("HealthCheck.Method", \.options.healthCheck.method, .oneOf(["GET", "HEAD"])),
            .optional("HealthCheck.Domain", \.options.healthCheck.domain, .shortText),
            .optional("HealthCheck.URI", \.options.healthCheck.uri, .shortText),
            .optional("HealthCheck.HttpCode", \.options.healthCheck.httpCode, .shortText),
            .optional("HealthCheck.UdpRequest", \.options.healthCheck.udpRequest, .shortText),
            .optional("HealthCheck.UdpExpect", \.options.healthCheck.udpExpect, .shortText),
        ]
    }

    /// Certificates and access lists: there are none, so what names one is refused rather than ignored.
    static var unknownFields: [Field<Self>] {
        let certificates = "there are no certificates here"
        let lists = "there are no access lists here"
        return [
            .unoffered("CertificateId", certificates), .unoffered("CertCenterCertificateId", certificates),
            .unoffered("CertificateSource", certificates), .unoffered("CACertificateId", certificates),
            .only("CAEnabled", "off", certificates), .only("AclStatus", "off", lists), .unoffered("AclType", lists),
            .unofferedList("AclIds", lists),
        ]
    }
}

extension Rule where Value == Int {
    /// -1 for no bound, or a bound from 1.
    fileprivate static var bound: Rule {
        .parsed { text in
            guard text.utf8.count <= 10, let value = Int(text), value == -1 || value >= 1 else { return nil }
            return value
        }
    }
}

extension Rule where Value == String {
    /// Up to 255 characters of any kind.
    fileprivate static var shortText: Rule { .parsed { $0.unicodeScalars.count <= 255 ? $0 : nil } }
}
