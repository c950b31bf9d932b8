import CloudAPI
import Model

/// A listener as the API shows it.
struct ListenerView: Encodable, Sendable {
    struct HealthCheckView: Encodable, Sendable {
        let Enabled: String
        let Interval: Int
        let Timeout: Int
        let HealthyThreshold: Int
        let UnHealthyThreshold: Int
        let Port: Int
        let Method: String
        let Domain: String
        let Uri: String
        let HttpCode: String
        let UdpRequest: String
        let UdpExpect: String

        init(_ check: ListenerOptions.HealthCheck) {
            Enabled = check.enabled.onOff
            Interval = check.interval
            Timeout = check.timeout
            HealthyThreshold = check.healthyThreshold
            UnHealthyThreshold = check.unhealthyThreshold
            Port = check.port
            Method = check.method
            Domain = check.domain
            Uri = check.uri
            HttpCode = check.httpCode
            UdpRequest = check.udpRequest
            UdpExpect = check.udpExpect
        }
    }
    let ListenerId: String
    let ListenerName: String
    let Description: String
    let LoadBalancerId: String
    let ServerGroupId: String
    let `Protocol`: ListenerTransport
    let Port: Int
    let StartPort: Int
    let EndPort: Int
    let Enabled: String
    let Status: Status
    let Scheduler: String
    let Bandwidth: Int
    let Cps: Int
    let MaxConnections: Int
    let EstablishedTimeout: Int
    let PersistenceType: String
    let PersistenceTimeout: Int
    let Cookie: String
    let ProxyProtocolType: String
    let ConnectionDrainEnabled: String
    let ConnectionDrainTimeout: Int
    let EnhancedSchedulerEnable: String
    let Http2Enabled: String
    let ClientHeaderTimeout: Int
    let ClientBodyTimeout: Int
    let KeepaliveTimeout: Int
    let ProxyConnectTimeout: Int
    let ProxySendTimeout: Int
    let ProxyReadTimeout: Int
    let SendTimeout: Int
    let SecurityPolicyId: String
    let LoadType: String
    let HealthCheck: HealthCheckView
    let Tags: [TagView]
    let CreateTime: String
    let UpdateTime: String
    // What a listener here never has, in its documented form.
    let AclIds: [String] = []
    let AclStatus = "off"
    let AclType = ""
    let CACertificateId = ""
    let CAEnabled = "off"
    let CertCenterCertificateId = ""
    let CertificateId = ""
    let CertificateSource = ""
    let DomainExtensions: [Never] = []
    let ResponseCheckEnabled = "off"
    let WafProtectionEnabled = "off"

    init(_ listener: Listener, tags: [TagView]) {
        let options = listener.options
        ListenerId = listener.id.rawValue
        ListenerName = listener.name
        Description = listener.description
        LoadBalancerId = listener.loadBalancerID.rawValue
        ServerGroupId = listener.serverGroupID.rawValue
        `Protocol` = listener.transport
        Port = listener.port
        StartPort = listener.startPort
        EndPort = listener.endPort
        Enabled = listener.enabled.onOff
        Status = listener.status
        Scheduler = options.scheduler
        Bandwidth = options.bandwidth
        Cps = options.connectionsPerSecond
        MaxConnections = options.maxConnections
        EstablishedTimeout = options.establishedTimeout
        PersistenceType = options.persistenceType
        PersistenceTimeout = options.persistenceTimeout
        Cookie = options.cookie
        ProxyProtocolType = options.proxyProtocolType
        ConnectionDrainEnabled = options.connectionDrainEnabled.onOff
        ConnectionDrainTimeout = options.connectionDrainTimeout
        EnhancedSchedulerEnable = options.enhancedSchedulerEnabled.onOff
        Http2Enabled = options.http2Enabled.onOff
        ClientHeaderTimeout = options.clientHeaderTimeout
        ClientBodyTimeout = options.clientBodyTimeout
        KeepaliveTimeout = options.keepaliveTimeout
        ProxyConnectTimeout = options.proxyConnectTimeout
        ProxySendTimeout = options.proxySendTimeout
        ProxyReadTimeout = options.proxyReadTimeout
        SendTimeout = options.sendTimeout
        SecurityPolicyId = options.securityPolicyID
        LoadType = options.loadType
        HealthCheck = .init(options.healthCheck)
        Tags = tags
        CreateTime = CalendarTime.rfc3339(unixMilliseconds: listener.createdAt)
        UpdateTime = CalendarTime.rfc3339(unixMilliseconds: listener.updatedAt)
    }
}
