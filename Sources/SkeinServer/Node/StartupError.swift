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

    private static func reason(errorCode: CInt) -> String {
        switch errorCode {
        case EADDRINUSE: "the address is in use"
        case EADDRNOTAVAIL: "this machine does not have the address"
        case EACCES: "this user may not listen there"
        default: "error \(errorCode)"
        }
    }
}
