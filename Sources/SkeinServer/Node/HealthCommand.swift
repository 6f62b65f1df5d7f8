import NIOCore
import NIOHTTP1

/// `skein health`: whether a node answers, for containers whose image has nothing else to ask with.
public enum HealthCommand {
    /// Asks `url`, `http://host:port/path`. Well is 200; and 404 while the node drains, which is no reason to kill it.
    public static func check(url: String, timeout: Duration) async -> CommandOutput {
        guard let client = NodeClient(url: url, timeout: timeout) else {
            return CommandOutput(problems: "\(url) is no address; write http://HOST:PORT/PATH\n", status: 1)
        }
        let path = url.dropFirst("http://".count).drop { $0 != "/" }
        do {
            let answer = try await client.send(.GET, path.isEmpty ? "/health" : String(path))
            let text = String(buffer: answer.body)
            let isWell = answer.status == .ok || answer.status == .notFound && text == "draining\n"
            return isWell
                ? CommandOutput(text: text)
                : CommandOutput(problems: "\(url) answers \(answer.status.code): \(text)", status: 1)
        } catch {
            return CommandOutput(problems: "\(url) does not answer: \(error)\n", status: 1)
        }
    }
}
