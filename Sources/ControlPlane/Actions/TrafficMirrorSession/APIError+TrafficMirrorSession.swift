import CloudAPI

extension APIError {
    static var sessionNotFound: APIError { notFound("TrafficMirrorSession", "traffic mirror session") }
    static var sessionStatus: APIError { invalidStatus("TrafficMirrorSession", "traffic mirror session") }
    static var packetLengthMalformed: APIError { malformed("PacketLength", "packet length") }
    static var virtualNetworkIDMalformed: APIError { malformed("VirtualNetworkId", "virtual network ID") }
    static var instanceTypeWithoutMirroring: APIError {
        APIError(
            Code("InvalidInstanceSpecification.Malformed", 400),
            "The instance type of the specified instance does not currently support traffic mirror.")
    }
}
