import SkeinWire

/// One method of the HTTP API: the request as a value, and what it does.
///
/// A method is a file of its own and one line in ``APIMethods``; a batch finds it there too.
protocol APIMethod: Sendable {
    /// The last part of the path, the key in a batch, and a metric label.
    static var name: String { get }

    /// Whether the answer is wrapped as `{"result":…}`; only a batch is not.
    static var hasResultEnvelope: Bool { get }

    /// Reads the request; the scanner stands at its object. Unknown members are passed over, `null` is as good as
    /// absent.
    init(from scanner: inout JSONScanner) throws(JSONError)

    /// Carries it out. Called on any executor, for any number of requests at once.
    func perform(in context: APIContext) async throws(APIError) -> APIResult
}

extension APIMethod {
    static var hasResultEnvelope: Bool { true }

    /// Reads a request; no bytes at all stand for `{}`.
    static func parse(_ body: [UInt8]) throws(APIError) -> Self {
        do throws(JSONError) {
            return try JSONScanner.scan(body.isEmpty ? Array("{}".utf8) : body) {
                (scanner: inout JSONScanner) throws(JSONError) in
                try Self(from: &scanner)
            }
        } catch {
            throw APIError.malformed(error)
        }
    }
}
