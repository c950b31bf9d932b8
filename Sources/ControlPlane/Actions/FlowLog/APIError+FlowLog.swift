import CloudAPI

extension APIError {
    static var flowLogNotFound: APIError { notFound("FlowLog", "flow log") }
    static var flowLogStatus: APIError { invalidStatus("FlowLog", "flow log") }
    static var flowLogFrozen: APIError {
        APIError(
            Code("InvalidFlowLog.InvalidStatus", 400),
            "The specified flow log is not in the correct status for the request. The specified flow log is in freeze.")
    }
    static var flowLogConflict: APIError {
        APIError(
            Code("InvalidFlowLog.Conflict", 409),
            "The specified flow log conflicts with that of another flow log.")
    }
    static var operationConflict: APIError {
        APIError(Code("InvalidOperation.Conflict", 409), "The specified resource operation conflicts.")
    }
    static var aggregationIntervalMalformed: APIError { malformed("AggregationInterval", "aggregation interval") }
    static var resourceTypeMalformed: APIError { malformed("ResourceType", "resource type") }
    static var trafficTypeMalformed: APIError { malformed("TrafficType", "traffic type") }
}
