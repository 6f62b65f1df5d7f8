/// How deep a JSON text may nest.
///
/// The two parts of a text have different limits: what the server reads itself is shallow, what it only passes on
/// belongs to the application.
public struct JSONLimits: Sendable, Hashable {
    /// Objects and arrays that the caller enters one inside another.
    public let envelopeDepth: Int
    /// Objects and arrays inside one value that is skipped or taken as raw bytes; at most 128.
    public let payloadDepth: Int

    /// Makes limits; `payloadDepth` above 128 counts as 128.
    public init(envelopeDepth: Int = 32, payloadDepth: Int = 128) {
        self.envelopeDepth = max(0, envelopeDepth)
        self.payloadDepth = max(0, min(payloadDepth, Self.maximumPayloadDepth))
    }

    /// One bit for each level is what the scanner remembers.
    static let maximumPayloadDepth = UInt128.bitWidth
}
