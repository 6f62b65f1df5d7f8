import ArgumentParser
import SkeinServer

/// `skein version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        print("skein \(Version.current)")
    }
}
