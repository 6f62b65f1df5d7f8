import ArgumentParser
import Foundation
import SkeinServer

/// `skein token`: signs a connection or subscription token, for trying things out and for scripts.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign a connection token, or with --channel a subscription token.",
        discussion: """
            The key comes from --secret or --private-key, or else from the configuration's tokens.keys (the one that --key names, \
            or the first that can sign).
            """
    )

    @OptionGroup var source: ConfigurationOptions

    @Option(name: .long, help: "User (sub); empty for an anonymous session.")
    var user: String

    @Option(name: .long, help: "Channel: makes it a subscription token.")
    var channel: String?

    @Option(name: .long, help: "Seconds until the token expires; 0 for never.")
    var ttl: Int64 = 3600

    @Option(name: .long, help: "What other clients see of the user, as JSON (info).")
    var info: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Channel to subscribe the session to at connect; repeatable.", valueName: "name")
    )
    var subscribe: [String] = []

    @Option(name: .long, help: "Id (kid) of the configured key to sign with.")
    var key: String?

    @Option(name: .long, help: "Secret to sign with instead of a configured key.")
    var secret: String?

    @Option(name: .long, help: "PEM file of a private key to sign with instead of a configured key.")
    var privateKey: String?

    @Option(name: .long, help: "Algorithm for --secret and --private-key.")
    var algorithm = "HS256"

    func run() async throws {
        do {
            print(try await self.makeIssuer().sign(self.claims))
        } catch let error as TokenConfigurationError {
            throw ValidationError("\(error)")
        } catch let error as ConfigurationError {
            throw ValidationError("\(error)")
        }
    }

    private var claims: TokenClaims {
        let now = Int64(Date().timeIntervalSince1970)
        var claims = TokenClaims()
        claims.subject = self.user
        claims.channel = self.channel
        claims.info = self.info
        claims.channels = self.subscribe
        claims.issuedAt = now
        claims.expiresAt = self.ttl > 0 ? now + self.ttl : nil
        return claims
    }

    private func makeIssuer() async throws -> TokenIssuer {
        guard let algorithm = TokenAlgorithm(rawValue: self.algorithm) else {
            throw ValidationError("--algorithm \(self.algorithm): use one of HS256 … HS512, RS…, PS…, ES… or EdDSA.")
        }
        if let secret = self.secret {
            return try await TokenIssuer(kid: self.key, algorithm: algorithm, material: .secret(secret))
        }
        if let path = self.privateKey {
            let pem = try String(contentsOfFile: path, encoding: .utf8)
            return try await TokenIssuer(kid: self.key, algorithm: algorithm, material: .privateKey(pem: pem))
        }
        let configuration = try Configuration.load(self.source.sources(), host: .current())
        return try await TokenIssuer(signingKey: self.key, of: configuration.tokens)
    }
}
