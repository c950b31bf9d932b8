// The common errors every action may answer with, by the published table of public error codes.
extension APIError {
    public static func missingParameter(_ name: String) -> APIError {
        APIError(Code("MissingParameter", 400, number: 100002), "The request is missing \(name) parameter.")
    }
    public static var missingAuthenticationToken: APIError {
        APIError(
            Code("MissingAuthenticationToken", 401, number: 100003), "Request is missing Authentication Token")
    }
    public static func missingRequestInfo(_ what: String) -> APIError {
        APIError(Code("MissingRequestInfo", 400, number: 100004), "The request is missing \(what) information.")
    }
    public static var missingSignature: APIError {
        APIError(Code("MissingSignature", 401, number: 100005), "The request is missing signature.")
    }
    public static var invalidTimestamp: APIError {
        APIError(Code("InvalidTimestamp", 403, number: 100006), "The Signature of the request is expired")
    }
    public static func serviceNotFound(_ service: String) -> APIError {
        APIError(Code("ServiceNotFound", 404, number: 100007), "This service[\(service)] not found.")
    }
    public static func invalidActionOrVersion(_ action: String, _ version: String) -> APIError {
        APIError(
            Code("InvalidActionOrVersion", 404, number: 100008),
            "Could not find operation \(action) for version \(version)")
    }
    public static func invalidAccessKey(_ accessKeyID: String) -> APIError {
        APIError(
            Code("InvalidAccessKey", 401, number: 100009),
            "The accesskey [\(accessKeyID)] included in the request is invalid.")
    }
    public static var signatureDoesNotMatch: APIError {
        APIError(
            Code("SignatureDoesNotMatch", 401, number: 100010),
            "The request signature we calculated does not match the signature you provided. Check your Secret Access "
                + "Key and signing method. Consult the service documentation for details.")
    }
    public static func accessDenied(_ action: String, _ resource: String) -> APIError {
        APIError(
            Code("AccessDenied", 403, number: 100013),
            "User is not authorized to perform: \(action) on resource: \(resource)")
    }
    public static var internalError: APIError {
        APIError(
            Code("InternalError", 500, number: 100014), "Service has some internal Error. Pls Contact With Admin")
    }
    public static var flowLimitExceeded: APIError {
        APIError(Code("FlowLimitExceeded", 429, number: 100018), "Request was rejected because of flow control.")
    }
    public static func unavailable(_ why: String) -> APIError {
        APIError(Code("ServiceUnavailableTemp", 503, number: 100019), "Service is temporarily unavailable. \(why)")
    }
    public static var methodNotAllowed: APIError {
        APIError(Code("MethodNotAllowed", 405, number: 100020), "The http method is not allowed.")
    }
    public static var invalidAuthorization: APIError {
        APIError(
            Code("InvalidAuthorization", 400, number: 100024),
            "Invalid 'Authorization' header, Pls check authorization header.")
    }
    public static var invalidCredential: APIError {
        APIError(
            Code("InvalidCredential", 400, number: 100025),
            "Invalid credential in 'Authorization', Pls check credential in authorization header.")
    }
    public static func invalidSecretToken(_ why: String) -> APIError {
        APIError(Code("InvalidSecretToken", 401, number: 100026), "Invalid secret token, msg: \(why).")
    }

    /// A required parameter of an action is absent.
    public static func missing(_ name: String) -> APIError {
        APIError(Code("MissingParameter.\(name)", 400), "The request is missing \(name) parameter.")
    }
    /// A parameter that no published code speaks for is malformed.
    public static func invalidParameter(_ name: String) -> APIError {
        APIError(Code("InvalidParameter.\(name)", 400), "The specified parameter \(name) is malformed.")
    }
}
