import Logging

/// What the two log handlers share: everything but the look of a line.
struct LogHandlerCore: Sendable {
    let label: String
    let sink: LogSink
    var metadataProvider: Logger.MetadataProvider?
    let clock: @Sendable () -> WallClock
    /// Nil to follow the sink.
    var ownLevel: Logger.Level?
    var metadata: Logger.Metadata = [:]

    init(
        label: String,
        sink: LogSink,
        metadataProvider: Logger.MetadataProvider?,
        clock: @escaping @Sendable () -> WallClock
    ) {
        self.label = label
        self.sink = sink
        self.metadataProvider = metadataProvider
        self.clock = clock
    }

    /// The logger's metadata, under the provider's, under the event's.
    func line(for event: LogEvent) -> LogLine {
        var metadata = self.metadata
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { $1 } }
        if let own = event.metadata { metadata.merge(own) { $1 } }
        if let error = event.error { metadata["error"] = .string("\(error)") }
        return LogLine(
            time: self.clock(),
            level: event.level,
            label: self.label,
            message: event.message.description,
            metadata: metadata
        )
    }
}
