import CloudAPI

extension APIError {
    static var targetNotFound: APIError { notFound("TrafficMirrorTarget", "traffic mirror target") }
    static var targetStatus: APIError { invalidStatus("TrafficMirrorTarget", "traffic mirror target") }
    static var targetConflict: APIError {
        APIError(
            Code("InvalidTrafficMirrorTarget.Conflict", 409),
            "The specified traffic mirror target conflicts with that of another traffic mirror target.")
    }
    static var interfaceTypeIllegal: APIError {
        APIError(
            Code("InvalidNetworkInterface.InvalidType", 400),
            "The type of specified elastic network interface is illegal for the request.")
    }
    static var interfaceNotAttached: APIError {
        APIError(
            Code("InvalidEni.InstanceMismatch", 400),
            "The specified elastic network interface is not attached to the specified instance.")
    }
    static var sourceAndTarget: APIError {
        APIError(
            Code("InvalidParameter.NetworkInterfaceId", 400),
            "The network interface must not be the source and the target of traffic mirror sessions at the same time.")
    }
}
