/// One entry of the allow-list of origins.
enum OriginPattern: Sendable, Equatable {
    /// `*`
    case anything
    /// `null`: sandboxed frames, `file:` and `data:` pages, some redirects.
    case opaque
    /// `https://app.example.com`
    case exactly(WebOrigin)
    /// `https://*.example.com`: one or more labels in front of the host of the origin kept here.
    case below(WebOrigin)

    /// Reads an entry of the configuration.
    init(_ entry: String) throws(OriginPolicyError) {
        if entry == "*" {
            self = .anything
        } else if entry == "null" {
            self = .opaque
        } else if let origin = WebOrigin(entry) {
            self = .exactly(origin)
        } else if let domain = Self.domain(ofWildcard: entry) {
            self = .below(domain)
        } else {
            throw OriginPolicyError(entry: entry)
        }
    }

    /// `scheme://*.domain` without the `*.`; nil unless that is an origin whose host is a name.
    private static func domain(ofWildcard entry: String) -> WebOrigin? {
        guard let colon = entry.firstIndex(of: ":"), entry[colon...].hasPrefix("://*.") else { return nil }
        guard let domain = WebOrigin("\(entry[..<colon])://\(entry[colon...].dropFirst(5))"),
            !domain.host.hasPrefix("[")
        else { return nil }
        return domain
    }

    /// `origin` is nil for `null` and for whatever is no origin; `isOpaque` tells the first.
    func matches(_ origin: WebOrigin?, isOpaque: Bool) -> Bool {
        switch self {
        case .anything: true
        case .opaque: isOpaque
        case .exactly(let expected): origin == expected
        case .below(let domain):
            // Labels are never empty, so a longer host that ends in ".domain" has at least one label before it.
            if let origin {
                origin.scheme == domain.scheme && origin.port == domain.port && origin.host.hasSuffix("." + domain.host)
            } else {
                false
            }
        }
    }
}
