/// Why a report cannot be read or written.
public struct ReportError: Error, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable {
        private enum Value { case unreadable, invalid, newerSchema, unwritable }
        private let value: Value
        /// The file cannot be read.
        public static let unreadable = Self(value: .unreadable)
        /// The file is no report.
        public static let invalid = Self(value: .invalid)
        /// The report is of a later version of `skein bench`.
        public static let newerSchema = Self(value: .newerSchema)
        /// The place for the output does not take it.
        public static let unwritable = Self(value: .unwritable)
    }

    public let code: Code
    /// A sentence that names the file.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
