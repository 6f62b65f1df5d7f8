import SkeinCore
import SkeinWire

/// What a token says about a user is shown to clients of every wire format, so it has to be JSON.
///
/// `b64info` may hold any bytes; those that are not JSON become a JSON string of their base64.
extension Credentials {
    var withPrintableInfo: Credentials {
        var credentials = self
        credentials.info = self.info?.asJSON
        for index in credentials.subscriptions.indices {
            credentials.subscriptions[index] = credentials.subscriptions[index].withPrintableInfo
        }
        return credentials
    }
}

extension ServerSubscription {
    var withPrintableInfo: ServerSubscription {
        var subscription = self
        subscription.info = self.info?.asJSON
        subscription.data = self.data?.asJSON
        return subscription
    }
}

extension SubscriptionGrant {
    var withPrintableInfo: SubscriptionGrant {
        var grant = self
        grant.info = self.info?.asJSON
        return grant
    }
}

extension [UInt8] {
    fileprivate var asJSON: [UInt8] {
        if JSONScanner.isValid(self) { return self }
        return [UInt8(ascii: "\"")] + Base64.encode(self) + [UInt8(ascii: "\"")]
    }
}

/// RFC 4648 section 4.
enum Base64 {
    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<Swift.min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                let digit = Self.alphabet[bits >> (18 - 6 * index) & 63]
                encoded.append(index <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return encoded
    }
}
