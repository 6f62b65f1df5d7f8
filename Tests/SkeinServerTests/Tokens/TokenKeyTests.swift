import JWTKit
import Testing

@testable import SkeinServer

@Suite struct TokenKeyTests {
    private func message(
        _ algorithm: TokenAlgorithm,
        _ material: TokenKey.Material,
        kid: String = "main"
    ) -> String? {
        do throws(TokenConfigurationError) {
            _ = try TokenKey(kid: kid, algorithm: algorithm, material: material)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `mistakes of the operator are named`() throws {
        let rows: [(TokenAlgorithm, TokenKey.Material, String)] = [
            (.hs256, .secret(""), "the secret is empty"),
            (.hs512, .publicKey(pem: ES256PrivateKey().publicKey.pemRepresentation), "HS512 needs a secret"),
            (.rs256, .secret("secret"), "RS256 needs a key in PEM form, not a secret"),
            (.es256, .publicKey(pem: ""), "there is no -----BEGIN line"),
            (.es256, .publicKey(pem: "/etc/skein/key.pem"), "there is no -----BEGIN line"),
            (
                .es256, .publicKey(pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
                "no usable public key"
            ),
            (.es256, .publicKey(pem: ES256PrivateKey().pemRepresentation), "this is a private key"),
            (.rs256, .publicKey(pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), "openssl x509"),
            (.rs256, .publicKey(pem: Self.shortRSAKey), "RSA of at least 2048 bits"),
            (
                .es256, .publicKey(pem: ES384PrivateKey().publicKey.pemRepresentation),
                "ES256 needs a key on the curve P-256, but this is a key on the curve P-384"
            ),
            (
                .es384, .publicKey(pem: ES512PrivateKey().publicKey.pemRepresentation),
                "ES384 needs a key on the curve P-384, but this is a key on the curve P-521"
            ),
            (
                .edDSA, .publicKey(pem: ES256PrivateKey().publicKey.pemRepresentation),
                "EdDSA needs an Ed25519 key, but this is a key on the curve P-256"
            ),
            (
                .ps256, .publicKey(pem: try EdDSA.PrivateKey().publicKey.pemRepresentation),
                "PS256 needs an RSA key, but this is an Ed25519 key"
            ),
        ]
        for (algorithm, material, expected) in rows {
            let message = try #require(self.message(algorithm, material), "\(expected)")
            #expect(message.hasPrefix(#"token key "main": "#))
            #expect(message.contains(expected), "\(message)")
        }
    }

    @Test func `a public key is not taken for a secret`() throws {
        for algorithm in [TokenAlgorithm.rs256, .es256, .edDSA] {
            let message = self.message(.hs256, .secret(try TokenTestKey(algorithm).verifyingText))
            #expect(message?.contains("no secret") == true)
        }
    }

    @Test func `an id has 1 to 256 bytes`() {
        #expect(self.message(.hs256, .secret("a"), kid: "")?.contains("needs an id") == true)
        #expect(self.message(.hs256, .secret("a"), kid: String(repeating: "k", count: 256)) == nil)
        #expect(self.message(.hs256, .secret("a"), kid: String(repeating: "k", count: 257))?.contains("256") == true)
    }

    @Test func `a printed key shows no secret`() throws {
        let key = try TokenKey(kid: "main", algorithm: .hs256, material: .secret("CANARY"))
        var dumped = "\(key) " + String(reflecting: key) + String(describing: TokenPolicy(keys: [key]))
        dump(key, to: &dumped)
        #expect(dumped.contains("main"))
        #expect(!dumped.contains("CANARY") && !dumped.contains("67, 65, 78"))
    }

    private static let shortRSAKey = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDSPFPN6IWYPHGxLW3ngzrBhYx/
        ZDG2ZGWz0Etb/mvQdaLWYDXeMLpanovhPqzjeMppt9Pw9zO+voq9qUMI3qbZCFb6
        o3bTVNh2kNrntD5NFrixv1a7vRTEOpDgXGJBH+ZAkbu7meEGU6gF4zYgwZdT3olM
        GbapvHv7jp2g+qVaRQIDAQAB
        -----END PUBLIC KEY-----
        """
}
