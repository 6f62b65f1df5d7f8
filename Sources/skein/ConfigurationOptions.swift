import ArgumentParser
import Foundation
import SkeinServer

/// The options that say where the configuration comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "Configuration file, YAML. Also SKEIN_CONFIG.")
    var config: String?

    @Flag(name: .long, help: "Development: one port on this machine, the chat page, tokens and API without keys.")
    var dev = false

    @Option(name: .long, help: "Address of the client listener (listeners.client.address).")
    var address: String?

    @Option(name: .long, help: "Port of the client listener (listeners.client.port); 0 for any free one.")
    var port: String?

    @Option(name: .long, help: "Least severe level that is logged (log.level).")
    var logLevel: String?

    @Option(name: .long, help: "text or json (log.format).")
    var logFormat: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Sets any key.", valueName: "key=value"))
    var settings: [String] = []

    func sources() throws -> ConfigurationSources {
        var flags = ConfigurationFlag.named(
            address: self.address,
            port: self.port,
            logLevel: self.logLevel,
            logFormat: self.logFormat
        )
        for setting in self.settings {
            guard let flag = ConfigurationFlag(setting: setting) else {
                throw ValidationError("--set \(setting): write it as key=value.")
            }
            flags.append(flag)
        }
        return ConfigurationSources(
            file: self.config,
            environment: ProcessInfo.processInfo.environment,
            flags: flags,
            isDevelopment: self.dev
        )
    }

    /// The log's format has to be known before there is a log; a configuration that cannot be loaded is told in text.
    func logFormatInEffect(_ sources: ConfigurationSources, host: HostFacts) -> LogFormat {
        (try? Configuration.load(sources, host: host).log.format) ?? .text
    }
}
