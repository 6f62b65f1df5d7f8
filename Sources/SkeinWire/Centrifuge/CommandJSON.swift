import NIOCore
import SkeinCore

/// Commands from JSON: one object per line.
///
/// What is inside `data` is not looked at beyond its validity. Fields of other names are skipped, so that newer
/// clients can say more; a known field that comes twice is an error, because two readers of it could disagree.
enum CommandJSON {
    static func decode(
        _ message: ByteBuffer,
        limit: Int,
        _ body: (Command) -> Void
    ) throws(CommandDecodingError) {
        try message.withUnsafeReadableBytes { bytes -> Result<Void, CommandDecodingError> in
            var scanner = JSONScanner(bytes, limits: JSONLimits())
            do throws(CommandDecodingError) {
                return .success(try Self.decodeLines(&scanner, limit: limit, body))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private static func decodeLines(
        _ scanner: inout JSONScanner,
        limit: Int,
        _ body: (Command) -> Void
    ) throws(CommandDecodingError) {
        var count = 0
        repeat {
            guard count < limit else { throw CommandDecodingError(.tooManyCommands) }
            count += 1
            let command: Command
            do {
                try scanner.expectText()
                command = try scanner.command()
                try scanner.endOfLine()
            } catch {
                throw CommandDecodingError(.malformed, "\(error.kind) at byte \(error.offset)")
            }
            body(command)
        } while !scanner.isAtEnd
    }
}

extension JSONScanner {
    private enum Field: String, CaseIterable {
        case id
        case connect
        case subscribe
        case unsubscribe
        case publish
        case presence
        case presenceStats = "presence_stats"
        case history
        case ping
        case send
        case rpc
        case refresh
        case subRefresh = "sub_refresh"
    }

    private static let fields = JSONFields<Field>()

    /// One command.
    fileprivate mutating func command() throws(JSONError) -> Command {
        if let publish = self.usualPublish() { return publish }
        return try self.anyCommand()
    }

    /// One command, in whatever order its members stand.
    mutating func anyCommand() throws(JSONError) -> Command {
        var chosen = CommandChoice()
        var object = try self.enterObject()
        while let field = try self.nextField(of: Self.fields, in: &object) {
            switch field {
            case .id: chosen.id = try self.uint32()
            case .connect: chosen.offer(.connect(try self.connectRequest()))
            case .subscribe: chosen.offer(.subscribe(try self.subscribeRequest()))
            case .unsubscribe: chosen.offer(.unsubscribe(channel: try self.channelRequest()))
            case .publish: chosen.offer(.publish(try self.publishRequest()))
            case .presence: chosen.offer(.presence(channel: try self.channelRequest()))
            case .presenceStats: chosen.offer(.presenceStats(channel: try self.channelRequest()))
            case .history: chosen.offer(.history(try self.historyRequest()))
            case .ping:
                try self.emptyRequest()
                chosen.offer(.ping)
            case .send: chosen.offer(.send(data: try self.payloadRequest()))
            case .rpc: chosen.offer(.rpc(try self.rpcRequest()))
            case .refresh: chosen.offer(.refresh(token: try self.tokenRequest()))
            case .subRefresh: chosen.offer(.subRefresh(try self.subRefreshRequest()))
            }
        }
        return chosen.command()
    }

    /// A line has text: a blank one, or one that begins with white space and ends, holds no command.
    fileprivate mutating func expectText() throws(JSONError) {
        while self.position < self.bytes.count, self.bytes[self.position] != UInt8(ascii: "\n") {
            let byte = self.bytes[self.position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D else { return }
            self.position += 1
        }
        throw self.syntaxError
    }

    /// After a command: nothing but white space up to the newline or the end.
    fileprivate mutating func endOfLine() throws(JSONError) {
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            self.position += 1
            switch byte {
            case 0x20, 0x09, 0x0D: continue
            case 0x0A: return
            default: throw JSONError(.syntax, at: self.position - 1)
            }
        }
    }

    fileprivate var isAtEnd: Bool { self.position == self.bytes.count }
}
