import CloudAPI
import ControlPlane
import Foundation
import Glibc

/// The API as the demo uses it: the same signed calls anybody makes.
final class DemoCloud {
    typealias Hosts = HostList

    private struct Envelope<Result: Decodable>: Decodable { let Result: Result }

    let client: APIClient
    var endpoint: String { client.url.description }

    init(_ client: APIClient) throws { self.client = client }

    /// A call of the published API, by query parameters.
    func call<Result: Decodable>(
        _ action: String, _ parameters: [String: String], service: String = "vpc", as: Result.Type = Result.self
    ) throws -> Result {
        let data = try client.get(
            action, service: service, version: "2020-04-01",
            parameters: parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        return try JSONDecoder().decode(Envelope<Result>.self, from: data).Result
    }

    /// Calls for the effect alone.
    func perform(_ action: String, _ parameters: [String: String]) throws {
        let _: EmptyResult = try call(action, parameters)
    }

    /// A call of Weir's own.
    func weir<Result: Decodable>(_ action: String, _ body: [String: String]) throws -> Result {
        try client.call(action, body: body)
    }

    /// Asks again and again until it is so, at most 30 s.
    func wait(_ what: String, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                throw DemoServer.Failure(description: "waited 30 s in vain for \(what)")
            }
            usleep(20_000)
        }
    }
}
