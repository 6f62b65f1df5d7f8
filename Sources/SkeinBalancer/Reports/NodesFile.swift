import Foundation
public import HashRing

/// Nodes from a file: a JSON array of objects with `name`, `id`, `address`, and, if wanted, `weight`, `zone`, `guid`.
public enum NodesFile {
    /// Reads the file.
    ///
    /// - Throws: `invalidValue` with the path, and what is wrong with the content.
    public static func nodes(at path: String) throws(BalancerError) -> [RingNode] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BalancerError(.invalidValue, "\(path): cannot be read")
        }
        do {
            return try JSONDecoder().decode([RingNode].self, from: data)
        } catch let error as DecodingError {
            throw BalancerError(
                .invalidValue,
                "\(path): not an array of nodes with name, id and address: \(Self.place(of: error))"
            )
        } catch {
            throw BalancerError(.invalidValue, "\(path): \(error)")
        }
    }

    private static func place(of error: DecodingError) -> String {
        let context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let found):
            return "entry \(found.codingPath.first?.intValue ?? 0) has no \(key.stringValue)"
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "\(error)"
        }
        let path = context.codingPath.map { $0.intValue.map { "entry \($0)" } ?? $0.stringValue }.joined(
            separator: ", "
        )
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
