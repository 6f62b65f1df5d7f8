public import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Asks a balancer for a node, client id by client id.
///
/// A plain GET of the WebSocket's path is enough: every answer of a node, the refusal for want of an upgrade too,
/// carries the node's name. Nothing is left behind on the nodes.
public struct BalancerSampler: Sendable {
    /// The header in which nodes say their name.
    public static let header = "x-skein-node"
    /// What is asked for.
    private let base: URLComponents
    private let session: URLSession

    /// Samples through a URL; one without a path is completed with that of the WebSocket.
    ///
    /// - Throws: `invalidValue` unless it is an http or https URL with a host.
    public init(through text: String, timeout: TimeInterval = 5) throws(BalancerError) {
        guard var base = URLComponents(string: text), ["http", "https"].contains(base.scheme),
            base.host?.isEmpty == false
        else {
            throw BalancerError(.invalidValue, "\"\(text)\" is no URL of a balancer; write it as http://host:port")
        }
        if base.path.isEmpty || base.path == "/" { base.path = "/connection/websocket" }
        self.base = base
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        self.session = URLSession(configuration: configuration)
    }

    /// As many ids as asked for; the first tenth of them is asked twice, which shows a balancer that does not hash.
    public func samples(of clientIDs: [String]) async throws -> [RingSample] {
        var samples: [RingSample] = []
        for clientID in clientIDs + clientIDs.prefix(clientIDs.count / 10) {
            samples.append(RingSample(clientID: clientID, node: try await self.node(for: clientID)))
        }
        return samples
    }

    private func node(for clientID: String) async throws -> String {
        var components = self.base
        components.queryItems = (components.queryItems ?? []) + [URLQueryItem(name: "cid", value: clientID)]
        // What counts is the byte sequence after decoding; a plus would be taken for a space by some.
        components.percentEncodedQuery = components.percentEncodedQuery?.replacing("+", with: "%2B")
        guard let url = components.url else { throw BalancerError(.invalidValue, "\(clientID) fits into no URL") }
        let response: URLResponse
        do {
            (_, response) = try await self.session.data(from: url)
        } catch {
            throw BalancerError(.unreachable, "\(url): \(error.localizedDescription)")
        }
        guard let answer = response as? HTTPURLResponse, let node = answer.value(forHTTPHeaderField: Self.header) else {
            let status = (response as? HTTPURLResponse).map { "\($0.statusCode)" } ?? "no status"
            throw BalancerError(
                .malformedReply,
                "\(url): answer \(status) without the header \(Self.header); "
                    + "does the balancer lead to nodes of Skein there?"
            )
        }
        return node
    }
}
