import CloudAPI
import Model

extension APIError {
    static var interfaceStatus: APIError { invalidStatus("Eni", "elastic network interface") }
    static var interfaceInUse: APIError { inUse("Eni", "elastic network interface") }
    static var tooManyPrivateAddresses: APIError {
        APIError(
            Code("LimitExceeded.PrivateIpsPerEni", 400),
            "You've reached the limit on the number of private IP addresses of an elastic network interface.")
    }
    static var tooManyInterfaces: APIError {
        APIError(
            Code("LimitExceeded.EnisPerInstance", 400),
            "You've reached the limit on the number of elastic network interfaces of an instance.")
    }
}
