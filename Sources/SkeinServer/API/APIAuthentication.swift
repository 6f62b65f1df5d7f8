import NIOHTTP1
import SkeinCore
import SkeinTransport
import SkeinWire
import Synchronization

/// Decides whether a request may use the API.
///
/// Checking and counting are one step under one lock, so that requests in flight at once cannot try more keys than
/// the settings allow. The lock is held for the comparison of one key with the configured ones.
final class APIAuthentication: Sendable {
    /// Why a request may not.
    enum Refusal: Sendable, Equatable {
        /// Status 401.
        case unauthorized(String)
        /// Status 429: a key that is sent now is not even looked at.
        case throttled
    }

    private let throttle: Mutex<FailureThrottle>

    init(now: MonotonicInstant) {
        self.throttle = Mutex(FailureThrottle(now: now))
    }

    /// Nil when the request may use the API.
    func refusal(of request: HTTPRequest, settings: APISettings, now: MonotonicInstant) -> Refusal? {
        if settings.isInsecure { return self.refusalOfForeignPage(request) }
        let key: String
        switch Self.key(of: request, settings: settings) {
        case .success(let found): key = found
        case .failure(let missing): return .unauthorized(missing.reason)
        }
        return self.throttle.withLock { throttle in
            if throttle.isExhausted(request.peer, rate: settings.failures, now: now) { return .throttled }
            if Self.isAccepted(key, by: settings.keys) { return nil }
            throttle.failed(request.peer, rate: settings.failures, now: now)
            return .unauthorized("this key is not accepted")
        }
    }

    /// Without keys the only thing that a web page cannot get past is its own origin: a developer's browser must not
    /// let any page that it shows publish on the developer's server. Only browsers send `Origin`.
    private func refusalOfForeignPage(_ request: HTTPRequest) -> Refusal? {
        let origin = request.headers.first(name: "origin")
        let host = request.headers.first(name: "host") ?? ""
        if OriginPolicy.sameHost.allows(origin: origin, host: host) { return nil }
        return .unauthorized("a page of another origin needs a key")
    }

    private struct MissingKey: Error {
        let reason: String
    }

    private static func key(of request: HTTPRequest, settings: APISettings) -> Result<String, MissingKey> {
        if let key = request.headers.first(name: "x-api-key") { return .success(key) }
        if let authorization = request.headers.first(name: "authorization") {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "apikey" else {
                return .failure(MissingKey(reason: "Authorization needs the form: apikey <key>"))
            }
            return .success(String(parts[1]))
        }
        guard let key = request.query["api_key"] else {
            return .failure(MissingKey(reason: "send a key in X-API-Key"))
        }
        guard settings.acceptsKeyInURL else {
            return .failure(MissingKey(reason: "send the key in X-API-Key, not in the URL, which ends up in logs"))
        }
        return .success(key)
    }

    /// Looks at all of all keys, whatever it finds, so that the time says nothing about how much of a key is right.
    private static func isAccepted(_ key: String, by accepted: [Secret]) -> Bool {
        let candidate = Array(key.utf8)
        var isAccepted = false
        for secret in accepted where !secret.isEmpty {
            let isSame = Self.isSame(candidate, Array(secret.revealed.utf8))
            isAccepted = isAccepted || isSame
        }
        return isAccepted
    }

    /// Takes time by the length of the candidate alone; `secret` must not be empty.
    private static func isSame(_ candidate: [UInt8], _ secret: [UInt8]) -> Bool {
        var difference = candidate.count ^ secret.count
        for index in candidate.indices {
            difference |= Int(candidate[index] ^ secret[index % secret.count])
        }
        return difference == 0
    }
}
