public import Logging

/// Logs lines for people: time, level, label, message and `key=value` pairs. See ``LogFormat/text``.
///
/// A value, as swift-log asks: a copy's level and metadata are its own. The lines of all copies meet in one
/// ``LogSink``.
public struct TextLogHandler: LogHandler {
    private var core: LogHandlerCore

    /// A handler for one logger. Follows the level of the sink until it gets one of its own.
    public init(
        label: String,
        sink: LogSink,
        metadataProvider: Logger.MetadataProvider? = nil,
        clock: @escaping @Sendable () -> WallClock = WallClock.now
    ) {
        self.core = LogHandlerCore(label: label, sink: sink, metadataProvider: metadataProvider, clock: clock)
    }

    public var logLevel: Logger.Level {
        get { self.core.ownLevel ?? self.core.sink.level }
        set { self.core.ownLevel = newValue }
    }

    public var metadata: Logger.Metadata {
        get { self.core.metadata }
        set { self.core.metadata = newValue }
    }

    public var metadataProvider: Logger.MetadataProvider? {
        get { self.core.metadataProvider }
        set { self.core.metadataProvider = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.core.metadata[key] }
        set { self.core.metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        self.core.sink.write(self.core.line(for: event).bytes(as: .text))
    }
}
