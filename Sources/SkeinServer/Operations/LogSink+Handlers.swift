public import Logging

extension LogSink {
    /// A handler in the sink's format, as `LoggingSystem.bootstrap` wants it.
    public func makeHandler(label: String, metadataProvider: Logger.MetadataProvider? = nil) -> any LogHandler {
        switch self.format {
        case .text: TextLogHandler(label: label, sink: self, metadataProvider: metadataProvider)
        case .json: JSONLogHandler(label: label, sink: self, metadataProvider: metadataProvider)
        }
    }
}
