import NIOSSL

extension RedisSettings {
    /// The TLS of the connections; nil without. The server's certificate is verified, its name included.
    func makeTLSContext() throws -> NIOSSLContext? {
        guard self.address.usesTLS else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if !self.authorityFile.isEmpty { configuration.trustRoots = .file(self.authorityFile) }
        configuration.certificateVerification = .fullVerification
        return try NIOSSLContext(configuration: configuration)
    }
}
