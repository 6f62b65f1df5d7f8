import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
/// Why a node could not start although its configuration is in order.
public struct StartupError: Error, Sendable, CustomStringConvertible {
    /// One sentence that says what to do.
    public let description: String

    init(listening plan: Configuration.BindPlan, _ error: any Error) {
        let keys = plan.roles.map { "listeners.\($0.rawValue)" }.joined(separator: ", ")
        let reason = (error as? IOError).map { Self.reason(errorCode: $0.errnoCode) } ?? "\(error)"
        let place = "\(plan.address):\(plan.port)"
        self.description = "cannot listen on \(place): \(reason); change \(keys), or end what uses it"
    }

    init(redis error: any Error) {
        self.description = "cannot use redis.ca_file: \(error); give the path of a PEM file with certificates"
    }

    private init(_ description: String) {
        self.description = description
    }

    /// Another process has joined the cluster under the same name.
    static func fenced(name: String) -> StartupError {
        StartupError(
            "another process has joined the cluster as \(name), so this one has ended; give every node a node.name of its "
                + "own"
        )
    }

    private static func reason(errorCode: CInt) -> String {
        switch errorCode {
        case EADDRINUSE: "the address is in use"
        case EADDRNOTAVAIL: "this machine does not have the address"
        case EACCES: "this user may not listen there"
        default: "error \(errorCode)"
        }
    }
}
