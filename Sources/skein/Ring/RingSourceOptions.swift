import ArgumentParser
import Foundation
import HashRing
import Logging
import SkeinBalancer
import SkeinServer

/// The options that say which nodes are meant, and how clients are placed.
struct RingSourceOptions: ParsableArguments {
    @OptionGroup var source: ConfigurationOptions

    @Option(name: .long, help: "JSON array of nodes with name, id, address, weight and zone, instead of the registry.")
    var nodes: String?

    @Flag(name: .long, help: "Take the nodes from the configuration, not from the registry.")
    var fromConfiguration = false

    @Option(
        name: .long,
        help: "Ring profile instead of the configured one: haproxy, haproxy(crc32,avalanche,id), nginx, …."
    )
    var profile: String?

    @Option(
        name: .long,
        help: "File with the secret of keyed affinity; for --nodes. One line break at its end is left out."
    )
    var secretFile: String?

    func validate() throws {
        if let profile, RingProfile(profile) == nil {
            throw ValidationError(
                "--profile \(profile): write haproxy, haproxy(FUNCTION[,avalanche][,KEY]), nginx, ketama or rendezvous."
            )
        }
        if self.secretFile != nil, self.nodes == nil {
            throw ValidationError("--secret-file goes with --nodes; otherwise the configuration has the secret.")
        }
        if self.fromConfiguration, self.nodes != nil {
            throw ValidationError("--nodes and --from-configuration exclude each other.")
        }
    }

    /// The nodes as they are now.
    ///
    /// - Throws: An error whose description is a sentence for the operator.
    func directory() async throws -> RingDirectory {
        var directory: RingDirectory
        if let nodes {
            directory = RingDirectory(nodes: try NodesFile.nodes(at: nodes), epoch: 0, profile: .standard, secret: [])
            if let secretFile { directory.secret = try Self.secret(at: secretFile) }
        } else {
            var logger = Logger(label: "skein", factory: { StreamLogHandler.standardError(label: $0) })
            logger.logLevel = .critical
            directory = try await RingSource.load(
                self.source.sources(),
                host: .current(),
                fromConfiguration: self.fromConfiguration,
                logger: logger
            )
        }
        if let profile = self.profile.flatMap(RingProfile.init) { directory.profile = profile }
        return directory
    }

    private static func secret(at path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RingFailure("\(path): cannot be read")
        }
        var bytes = Array(data)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw RingFailure("\(path): the secret is empty") }
        return bytes
    }
}
