public import SkeinCore

/// The methods that clients may call with `rpc`.
///
/// Handlers run on the session's event loop and must not block. A method that is not in the table is error 104.
public struct RPCTable: Sendable {
    /// Who calls.
    public struct Caller: Sendable {
        /// The session as other clients see it.
        public let info: ClientInfo
        /// The node's version and name.
        public let policy: SessionPolicy
    }

    /// Answers a call with a payload in the caller's format, or an error.
    public typealias Handler = @Sendable (_ data: [UInt8], _ caller: Caller) -> Result<[UInt8], ErrorCode.Failure>

    private var handlers: [String: Handler] = [:]

    /// A table without methods.
    public init() {}

    /// Adds or replaces a method.
    public mutating func register(_ method: String, _ handler: @escaping Handler) {
        self.handlers[method] = handler
    }

    func call(_ request: RPCRequest, caller: Caller) -> Result<[UInt8], ErrorCode.Failure> {
        guard let handler = self.handlers[request.method] else { return .failure(.init(.methodNotFound)) }
        return handler(request.data, caller)
    }
}
