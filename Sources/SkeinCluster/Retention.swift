public import SkeinCore

/// How much of a topic's stream is kept.
public struct Retention: Sendable, Hashable {
    /// Most publications; 0 keeps none and makes no positions.
    public var size: Int
    /// How long a publication is kept after the newest one was appended.
    public var ttl: Duration
    /// How long epoch and offset outlive the last publication.
    public var metaTTL: Duration

    /// Makes a retention.
    public init(size: Int, ttl: Duration, metaTTL: Duration) {
        self.size = size
        self.ttl = ttl
        self.metaTTL = metaTTL
    }

    /// What channel rules say.
    public init(_ rules: ChannelRules) {
        self.init(
            size: rules.hasHistory ? rules.historySize : 0,
            ttl: rules.historyTTL,
            metaTTL: rules.historyMetaTTL
        )
    }

    /// Nothing is kept.
    public static let none = Self(size: 0, ttl: .zero, metaTTL: .zero)

    /// Whether publications get positions.
    public var keepsStream: Bool { self.size > 0 }
}

/// Names one intended publication, so that a repeated request publishes once (guarantee G8).
public struct IdempotencyKey: Sendable, Hashable {
    /// Chosen by the publisher; scoped to the topic.
    public var key: String
    /// How long it is remembered.
    public var window: Duration

    /// Makes a key.
    public init(_ key: String, window: Duration) {
        self.key = key
        self.window = window
    }
}
