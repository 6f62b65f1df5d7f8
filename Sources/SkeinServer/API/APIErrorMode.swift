import NIOHTTP1
import SkeinCore
import SkeinTransport

/// How errors of methods are told: inside a response with status 200, or as HTTP statuses, which retries and
/// dashboards of other software understand. The statuses are those of Centrifugo where it has one.
enum APIErrorMode: Sendable {
    case envelope
    case transport

    /// What the request asks for with `X-Centrifugo-Error-Mode`.
    init(_ headers: HTTPHeaders) {
        self = headers.first(name: "x-centrifugo-error-mode")?.lowercased() == "transport" ? .transport : .envelope
    }

    /// The status for an error code in transport mode.
    static func status(of code: ErrorCode) -> HTTPResponseStatus {
        switch code {
        case .unauthorized: .unauthorized
        case .permissionDenied: .forbidden
        case .unknownChannel, .methodNotFound: .notFound
        case .badRequest, .notAvailable, .limitExceeded, .expired: .badRequest
        case .tooManyRequests: .tooManyRequests
        case .unrecoverablePosition: .rangeNotSatisfiable
        case .concurrentPagination: .conflict
        default: .internalServerError
        }
    }
}
