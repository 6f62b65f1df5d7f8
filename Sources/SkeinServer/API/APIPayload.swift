import SkeinWire

/// Payloads that a request carries as JSON, or as base64 of any bytes.
enum APIPayload {
    /// The bytes of `b64…`, or 107 that names the member.
    static func decode(_ base64: String, member: String) throws(APIError) -> [UInt8] {
        guard let bytes = Base64.decode(Array(base64.utf8)) else { throw .badRequest("\(member) is not base64") }
        return bytes
    }

    /// Something about a session or a subscription that clients of every wire format are shown, so it has to be JSON.
    /// Bytes that are not become a JSON string of their base64, as it is with `b64info` in tokens. The base64 form
    /// wins when both are there.
    static func printable(_ json: [UInt8]?, base64: String?, member: String) throws(APIError) -> [UInt8]? {
        guard let base64, !base64.isEmpty else { return json }
        let bytes = try Self.decode(base64, member: member)
        if JSONScanner.isValid(bytes) { return bytes }
        return [UInt8(ascii: "\"")] + Base64.encode(bytes) + [UInt8(ascii: "\"")]
    }
}
