import JWTKit

@testable import SkeinServer

/// A key pair for each algorithm, as operators have them: a secret, or two PEM texts.
///
/// All are made afresh in every run but the RSA key, which takes seconds to find; it was made for these tests.
struct TokenTestKey: Sendable {
    let algorithm: TokenAlgorithm
    let signing: TokenIssuer.Material
    let verifying: TokenKey.Material

    init(_ algorithm: TokenAlgorithm) throws {
        switch algorithm {
        case .hs256, .hs384, .hs512:
            self.init(algorithm, signing: .secret(Self.secret), verifying: .secret(Self.secret))
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
            let key = try Insecure.RSA.PrivateKey(pem: Self.rsaKey)
            self.init(algorithm, private: key.pemRepresentation, public: key.publicKey.pemRepresentation)
        case .es256:
            let key = ES256PrivateKey()
            self.init(algorithm, private: key.pemRepresentation, public: key.publicKey.pemRepresentation)
        case .es384:
            let key = ES384PrivateKey()
            self.init(algorithm, private: key.pemRepresentation, public: key.publicKey.pemRepresentation)
        case .es512:
            let key = ES512PrivateKey()
            self.init(algorithm, private: key.pemRepresentation, public: key.publicKey.pemRepresentation)
        case .edDSA:
            let key = try EdDSA.PrivateKey()
            self.init(algorithm, private: key.pemRepresentation, public: key.publicKey.pemRepresentation)
        }
    }

    private init(_ algorithm: TokenAlgorithm, private privateKey: String, public publicKey: String) {
        self.init(algorithm, signing: .privateKey(pem: privateKey), verifying: .publicKey(pem: publicKey))
    }

    private init(_ algorithm: TokenAlgorithm, signing: TokenIssuer.Material, verifying: TokenKey.Material) {
        self.algorithm = algorithm
        self.signing = signing
        self.verifying = verifying
    }

    func issuer(kid: String? = nil) async throws -> TokenIssuer {
        try await TokenIssuer(kid: kid, algorithm: self.algorithm, material: self.signing)
    }

    func key(kid: String = "main") throws -> TokenKey {
        try TokenKey(kid: kid, algorithm: self.algorithm, material: self.verifying)
    }

    /// The PEM text of the public key, or the secret.
    var verifyingText: String {
        switch self.verifying {
        case .secret(let text), .publicKey(let text): text
        }
    }

    static let secret = "a secret that is longer than thirty-two bytes"

    private static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCW/OcuV0stqWuv
        FigVQ7zPo2yi2AAAMA2pLOmVxN0K2FbUWijuAEbBc/qVFFmQ/bhRA44K4L6mGO2K
        0Nd6bKXYUXVz6GFd//Bc4jG0fHes+LnaiPlBBsrFqsd90DhodUJNh8ZdZKq50GLn
        8GtDglMkxjlCnLvGi8pmWXH8SW44N3x45Gud2/egiSd/X2eOHSFoEfHeTM/Vze6Y
        JbnWLGjeqSXQOajIy3mHNXf2SvHUal7wrOVjMkV2OIPgaX/RQI6Cu8hrJdtFUf7l
        lkVlvNU5cu285NDkqCaV8B6lBV4bYfCGb02epbF5cyBypRYMywhsEThUbJHWa3Iv
        zJY45y1NAgMBAAECggEAD2dRtnqVYt0r7TrXcAPvGUfU53Ad3+cHHcFFO1BQNLEJ
        erSQBGfm0AmjAN6InLAlw64XKajwCkX0xfq0YPsAmGcHEoIcnNhljzRMWdtw4ial
        31OmCipFOZFItN8vQgjkcMBvTkvc1wQZcwwmBUcgcFoAsXkH9yN/zJ1HcbOUGQv3
        8vpL4CcCIH7tku5X19TcSHapIz3c1+KlEox6n76SuLl6IpIMCDEdyMWFBeg+0wX4
        U6tkDQCcijc44fij7NXWRH9+SeWaCdexpaLbdwPFsEeYCV+z+7fAQaYM6DE6Q7UZ
        SV3kZJBcXjCQSYJNbP9heEUFNpF0bhAN80XhYWbSgQKBgQDMv4uD5Us5biB5Q6VT
        1S9vgYAkjQplTfSy4Q1UJKoyDRmi9utV1WFqPaHv7ZAHQVZ86EDgIp5NOtAp6Gwg
        WDcphhWcR8mzu7QGNaXNKVjPdK0jxCWhxO3KjbVCU322PwwaDZQbxIMpVfDocDNt
        OxftQDV44Z8URl6IbZUl+Q3cUQKBgQC8yFjfW1YS1aH1TZKcGdllu0RSB9wHN/9V
        F+gvUIPhiaV0wbaGBOgbnuknQvUWZ7RDEih9T7cPU7EijqMD1EAHZVcdJvadVe/t
        6llW2lLXlxVDxSSsqEbN7S+oshbqXwBqU4SEie3PfP4ahjZGmLHc7UaEbDEA6Y0u
        Pr0eVqlOPQKBgAgBDPExC4nJNlfHPzVRxjLzuxCyus9PBtvfVGgPrt+aB4CJapXG
        a7J9ilEY1mKSOVFUuwSIFewq+mxI+8Ef8bgb18huPgJauiTr//lPPnuNsh8N0fLL
        AgjDFWzsWqO/PzfdhAa53e7Fv08246vHfZ32vqBlIZTnU1a+AfCkFdihAoGAHssH
        RBef6J6UNnEa0v+caG2tbTv+9eZ6baTiqKUXffh31p2qah3uxmKbYV4YoDj2PGJ/
        3EDeeU+LezmM+ZjrgMlU9lpeq7dS1Zn+TJ58GNJ6E33ax5cDRZ/EwF2cQ0qPxMgu
        u3fMJKYcxLLTs5xAlurVL9B+BcoSz1JIguRb5XkCgYEAmsp/q7yg7QeSy818W9kc
        oQ3/2JBhzd2mp4dC9byEhSDsyIORNnv+fgfIHciNJewYSidGdOzIlsnSOiKrUTbA
        I+m9fjvHmyUgtUBAMzzyh0HowBkK1oPo7r9uf1EHL1nGdENkDQ7UGOWDHXKHjVvt
        nO5ikEQryNUK+EqcaMN+Yz8=
        -----END PRIVATE KEY-----
        """
}
