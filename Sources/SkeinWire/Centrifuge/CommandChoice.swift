import SkeinCore

/// Makes one command of what a client sent, where several requests may stand side by side.
///
/// Both formats share these rules of the protocol: of several requests the one with the smallest field number counts;
/// without an id only `send` is a command, everything else is a pong; with an id and no known request the client gets
/// told so.
struct CommandChoice {
    var id: UInt32 = 0
    private var best = Command.Request.unknown
    private var bestNumber = Int.max
    private var sent: [UInt8]?

    /// Considers a request.
    mutating func offer(_ request: consuming Command.Request) {
        if case .send(let data) = request { self.sent = data }
        let number = Self.number(of: request)
        guard number < self.bestNumber else { return }
        self.bestNumber = number
        self.best = request
    }

    /// What it comes to.
    consuming func command() -> Command {
        guard self.id == 0 else { return Command(id: self.id, self.best) }
        if let sent = self.sent { return Command(id: 0, .send(data: sent)) }
        return Command(id: 0, .pong)
    }

    /// The number of the request's field in `client.proto`.
    private static func number(of request: Command.Request) -> Int {
        switch request {
        case .connect: 4
        case .subscribe: 5
        case .unsubscribe: 6
        case .publish: 7
        case .presence: 8
        case .presenceStats: 9
        case .history: 10
        case .ping: 11
        case .send: 12
        case .rpc: 13
        case .refresh: 14
        case .subRefresh: 15
        case .pong, .unknown: .max
        }
    }
}
