import CloudAPI

extension APIError {
    static var filterNotFound: APIError { notFound("TrafficMirrorFilter", "traffic mirror filter") }
    static var filterStatus: APIError { invalidStatus("TrafficMirrorFilter", "traffic mirror filter") }
}
