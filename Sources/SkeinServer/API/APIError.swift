import SkeinCore
import SkeinWire

/// Why a method was not carried out.
struct APIError: Error, Sendable, Equatable {
    /// The number and the words of the client protocol's table.
    let code: ErrorCode
    /// What exactly is wrong, for the developer of the backend; empty when the code says it all.
    let detail: String
    /// The request is not JSON, or not of the method's shape. That is status 400 in every error mode.
    let isMalformed: Bool

    init(_ code: ErrorCode, _ detail: String = "", isMalformed: Bool = false) {
        self.code = code
        self.detail = detail
        self.isMalformed = isMalformed
    }

    /// 107.
    static func badRequest(_ detail: String) -> APIError { APIError(.badRequest, detail) }

    /// 108.
    static func notAvailable(_ detail: String) -> APIError { APIError(.notAvailable, detail) }

    /// 106.
    static func limitExceeded(_ detail: String) -> APIError { APIError(.limitExceeded, detail) }

    /// 107 for bytes that are not a request.
    static func malformed(_ error: JSONError) -> APIError {
        let defect =
            switch error.kind {
            case .syntax: "not JSON"
            case .typeMismatch: "another type, or a number out of range"
            case .tooDeep: "nested too deep"
            case .duplicateKey: "the same name twice"
            case .loneSurrogate: "half of a surrogate pair"
            }
        return APIError(.badRequest, "\(defect) at byte \(error.offset)", isMalformed: true)
    }

    /// What the response says.
    var message: String {
        self.detail.isEmpty ? self.code.message : "\(self.code.message): \(self.detail)"
    }
}

extension JSONWriter {
    /// `{"code":…,"message":…}`
    mutating func apiError(_ error: APIError) {
        self.beginObject()
        self.key("code")
        self.integer(error.code.code)
        self.key("message")
        self.string(error.message)
        self.endObject()
    }
}
