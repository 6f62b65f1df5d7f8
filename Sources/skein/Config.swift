import ArgumentParser
import Foundation
import SkeinServer

/// `skein config`: what a configuration says, without running a node.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check, show or write a configuration.",
        subcommands: [Check.self, Show.self, Default.self]
    )

    /// `skein config check`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell every problem; exit 78 if there is one.")
        @OptionGroup var source: ConfigurationOptions

        func run() throws {
            try ConfigurationCommands.check(self.source.sources(), host: .current()).print()
        }
    }

    /// `skein config show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the effective configuration and where each value comes from. Secrets are hidden."
        )
        @OptionGroup var source: ConfigurationOptions

        func run() throws {
            try ConfigurationCommands.show(self.source.sources(), host: .current()).print()
        }
    }

    /// `skein config default`.
    struct Default: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a commented file with every key and its default."
        )

        @Flag(name: .long, help: "Print the development profile instead.")
        var dev = false

        func run() throws {
            try ConfigurationCommands.defaults(development: self.dev).print()
        }
    }
}

extension CommandOutput {
    /// Writes the text and the problems where they belong, and exits with the status.
    func print() throws {
        FileHandle.standardOutput.write(Data(self.text.utf8))
        FileHandle.standardError.write(Data(self.problems.utf8))
        if self.status != 0 { throw ExitCode(self.status) }
    }
}
