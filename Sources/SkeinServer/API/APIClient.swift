public import NIOCore
import NIOHTTP1

/// Asks a node's HTTP API, for commands that an operator types.
public struct APIClient: Sendable {
    /// Why there is no answer.
    public enum Failure: Error, CustomStringConvertible {
        /// The address is no `http://host:port`.
        case address(String)
        /// Nobody answers there.
        case unreachable(String)
        /// The node has refused, with the status and what it says.
        case refused(UInt, String)

        /// A sentence.
        public var description: String {
            switch self {
            case .address(let text): "\(text) is no address of an API; write http://HOST:PORT"
            case .unreachable(let reason): "the API does not answer: \(reason)"
            case .refused(let status, let text): "the API answers with status \(status): \(text)"
            }
        }
    }

    private let node: NodeClient
    private let key: String

    /// A client of the API at `http://host:port`, with or without `/api` behind it.
    public init(url: String, key: String) throws(Failure) {
        guard let node = NodeClient(url: url, timeout: .seconds(10)) else { throw .address(url) }
        self.node = node
        self.key = key
    }

    /// Calls a method. Returns the body of the answer, which is a result or an error of the API.
    public func call(_ method: String, _ body: ByteBuffer) async throws(Failure) -> ByteBuffer {
        var headers: HTTPHeaders = ["content-type": "application/json"]
        if !self.key.isEmpty { headers.add(name: "x-api-key", value: self.key) }
        let answer: NodeClient.Answer
        do {
            answer = try await self.node.send(.POST, "/api/\(method)", headers: headers, body: body)
        } catch {
            throw .unreachable("\(error)")
        }
        guard answer.status == .ok else { throw .refused(answer.status.code, String(buffer: answer.body)) }
        return answer.body
    }
}
