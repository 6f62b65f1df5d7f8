public import FoundationEssentials

/// Reports as JSON: keys sorted, dates in ISO 8601, so that two runs can be compared line by line.
public enum ReportJSON {
    /// With a line break at the end.
    ///
    /// - Throws: `invalid` if a figure is not a number or not finite.
    public static func encode(_ report: BenchmarkReport) throws(ReportError) -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(report) + Data("\n".utf8)
        } catch {
            throw ReportError(.invalid, "The report cannot be written as JSON: \(error)")
        }
    }

    /// - Parameter name: the file's name, for the error.
    /// - Throws: `invalid`, or `newerSchema` if a later version wrote it.
    public static func decode(_ data: Data, name: String) throws(ReportError) -> BenchmarkReport {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            let schema = try decoder.decode(Schema.self, from: data).schema
            guard schema <= BenchmarkReport.currentSchema else {
                throw ReportError(
                    .newerSchema,
                    "\(name): a report of layout \(schema); this skein reads up to \(BenchmarkReport.currentSchema)"
                )
            }
            return try decoder.decode(BenchmarkReport.self, from: data)
        } catch let error as ReportError {
            throw error
        } catch {
            throw ReportError(.invalid, "\(name): not a report of skein bench: \(Self.reason(of: error))")
        }
    }

    /// Read alone first: a later layout may differ in everything else.
    private struct Schema: Decodable {
        let schema: Int
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(Self.place(context.codingPath)) has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(Self.place(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            return "\(error)"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "it" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
