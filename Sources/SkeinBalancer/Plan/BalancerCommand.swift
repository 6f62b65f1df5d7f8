/// A command and how its success sounds.
struct BalancerCommand: Sendable, Hashable {
    /// The line for HAProxy.
    let text: String
    /// Parts of the sentences that mean success, besides silence.
    let success: [String]
    /// Whether silence means failure.
    let isLoud: Bool

    init(_ text: String, success: [String] = [], isLoud: Bool = false) {
        self.text = text
        self.success = success
        self.isLoud = isLoud
    }

    /// Throws what HAProxy says when the command was refused.
    func run(on channel: some RuntimeChannel) throws(BalancerError) {
        let reply = try channel.run(self.text)
        if self.isLoud, RuntimeReply.sentence(reply).isEmpty {
            throw BalancerError(.refused, "HAProxy did not confirm `\(self.text)`")
        }
        try RuntimeReply.expectSuccess(reply, of: self.text, saying: self.success)
    }
}
