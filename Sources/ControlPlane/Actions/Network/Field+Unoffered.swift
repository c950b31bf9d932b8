import CloudAPI

extension Field {
    /// A documented parameter for something this server does not have: refused rather than ignored.
    static func unoffered(_ name: String, _ what: String) -> Field {
        Field(name: name, limitation: "refused: \(what)") {
            (_: inout Request, parameters: Parameters) throws(APIError) in
            if let text = parameters[name], !text.isEmpty { throw .unoffered(name, what) }
        }
    }

    /// The same for a list, whose one parameter is `name.N`.
    static func unofferedList(_ name: String, _ what: String) -> Field {
        Field(name: name, parameters: [name + ".N"], limitation: "refused: \(what)") {
            (_: inout Request, parameters: Parameters) throws(APIError) in
            if try !parameters.list(name).isEmpty { throw .unoffered(name, what) }
        }
    }

    /// A documented parameter that asks for what is so anyway, or for nothing that can be told apart.
    static func ignored(_ name: String) -> Field {
        Field(name: name, limitation: "read, changes nothing") { (_: inout Request, _: Parameters) throws(APIError) in }
    }

    /// A documented parameter of which this server has one value alone.
    static func only(_ name: String, _ value: String, _ what: String) -> Field {
        Field(name: name, limitation: "only `\(value)`: \(what)") {
            (_: inout Request, parameters: Parameters) throws(APIError) in
            if let text = parameters[name], !text.isEmpty, text != value { throw .unoffered(name, what) }
        }
    }
}

extension APIError {
    static func unoffered(_ name: String, _ what: String) -> APIError {
        APIError(Code("InvalidParameter.\(name)", 400), "The specified parameter \(name) is refused: \(what).")
    }

    /// Why IPv6 parameters of load balancers are refused.
    static var noIPv6: String { "a load balancer has no IPv6 address here" }
}
