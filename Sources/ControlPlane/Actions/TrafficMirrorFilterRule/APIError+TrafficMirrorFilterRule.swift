import CloudAPI

extension APIError {
    static var filterRuleNotFound: APIError { notFound("TrafficMirrorFilterRule", "traffic mirror filter rule") }
    static var filterRuleStatus: APIError { invalidStatus("TrafficMirrorFilterRule", "traffic mirror filter rule") }
    static var filterRuleQuota: APIError { quotaExceeded("TrafficMirrorFilterRule", "traffic mirror filter rules") }
    static var portRangeMalformed: APIError { malformed("PortRange", "port range") }
    static var priorityMalformed: APIError { malformed("Priority", "priority") }
    static var policyMalformed: APIError { malformed("Policy", "policy") }
    static var trafficDirectionMalformed: APIError { malformed("TrafficDirection", "traffic direction") }
    /// A priority must be unique among `others` ("traffic mirror session").
    static func priorityConflict(_ others: String) -> APIError {
        APIError(
            Code("InvalidPriority.Conflict", 409),
            "The specified priority conflicts with that of another \(others).")
    }
}
