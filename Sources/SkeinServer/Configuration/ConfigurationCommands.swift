/// `skein config …` without the command line.
public enum ConfigurationCommands {
    /// `config check`: every problem, or one line that says that there is none.
    public static func check(_ sources: ConfigurationSources, host: HostFacts) -> CommandOutput {
        Self.run(sources, host) { _ in
            CommandOutput(text: "\(sources.effectiveFile ?? "The configuration") can be used.\n")
        }
    }

    /// `config show`: what `serve` would run with, and where each value that is not a default was written. Shows no
    /// secret.
    public static func show(_ sources: ConfigurationSources, host: HostFacts) -> CommandOutput {
        Self.run(sources, host) { CommandOutput(text: ConfigurationText.show($0)) }
    }

    /// `config default`: a file with every key, or the development profile.
    public static func defaults(development: Bool) -> CommandOutput {
        CommandOutput(text: development ? DevelopmentProfile.yaml : ConfigurationText.defaults())
    }

    private static func run(
        _ sources: ConfigurationSources,
        _ host: HostFacts,
        _ body: (LoadedConfiguration) -> CommandOutput
    ) -> CommandOutput {
        do {
            return body(try ConfigurationLoader(sources: sources, host: host).load())
        } catch {
            return CommandOutput(error: error)
        }
    }
}
