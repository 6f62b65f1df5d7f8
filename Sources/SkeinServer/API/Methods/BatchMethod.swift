import NIOCore
import SkeinCore
import SkeinWire

/// `batch`: many commands in one request, each with an outcome of its own.
///
/// In order, one after the other, unless `parallel` gives that up for speed. A reply always has the key of its
/// method, because clients look for it there without asking; what went wrong stands beside it as `error`, and inside
/// it too, for clients that look nowhere else.
struct BatchMethod: APIMethod {
    static let name = "batch"
    static let hasResultEnvelope = false

    private enum Field: String, CaseIterable {
        case commands
        case parallel
    }

    private static let fields = JSONFields<Field>()

    /// One command; an empty method stands for an object without exactly one.
    private struct Command: Sendable {
        var method = ""
        var body: [UInt8] = []
    }

    private struct Reply: Sendable {
        let method: String
        let outcome: Result<APIResult, APIError>

        var size: Int {
            if case .success(let result) = self.outcome { result.json.readableBytes } else { 0 }
        }
    }

    private var commands: [Command]?
    private var isTooLong = false
    private var isParallel = false

    init(from scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .commands: try self.readCommands(from: &scanner)
            case .parallel: self.isParallel = try scanner.bool()
            }
        }
    }

    private mutating func readCommands(from scanner: inout JSONScanner) throws(JSONError) {
        var commands: [Command] = []
        var array = try scanner.enterArray()
        while try scanner.nextElement(in: &array) {
            let command = try Self.command(from: &scanner)
            if commands.count < APILimits.commands { commands.append(command) } else { self.isTooLong = true }
        }
        self.commands = commands
    }

    private static func command(from scanner: inout JSONScanner) throws(JSONError) -> Command {
        var command: Command?
        var isAmbiguous = false
        var object = try scanner.enterObject()
        while let method = try scanner.nextKey(in: &object) {
            if try scanner.skipNull() { continue }
            isAmbiguous = command != nil
            command = Command(method: method, body: try scanner.rawValue())
        }
        return isAmbiguous ? Command() : command ?? Command()
    }

    // MARK: Carrying out

    func perform(in context: APIContext) async throws(APIError) -> APIResult {
        guard let commands = self.commands else { throw .badRequest("commands are missing") }
        guard !self.isTooLong else { throw .limitExceeded("a batch has at most \(APILimits.commands) commands") }
        let replies =
            self.isParallel
            ? await Self.parallel(commands, in: context) : await Self.ordered(commands, in: context)
        return Self.result(replies)
    }

    private static func ordered(_ commands: [Command], in context: APIContext) async -> [Reply] {
        var replies: [Reply] = []
        var size = 0
        for command in commands {
            let reply = await Self.reply(to: command, in: context, size: size)
            size += reply.size
            replies.append(reply)
        }
        return replies
    }

    /// The next command begins when one of those under way has ended.
    private static func parallel(_ commands: [Command], in context: APIContext) async -> [Reply] {
        await withTaskGroup(of: (Int, Reply).self) { tasks in
            var replies = [Reply?](repeating: nil, count: commands.count)
            var size = 0
            for (index, command) in commands.enumerated() {
                if index >= APILimits.parallelCommands, let (done, reply) = await tasks.next() {
                    size += reply.size
                    replies[done] = reply
                }
                tasks.addTask { [size] in (index, await Self.reply(to: command, in: context, size: size)) }
            }
            for await (done, reply) in tasks { replies[done] = reply }
            return replies.compactMap(\.self)
        }
    }

    /// - Parameter size: Bytes of the replies so far.
    private static func reply(to command: Command, in context: APIContext, size: Int) async -> Reply {
        do throws(APIError) {
            guard size <= APILimits.batchBytes else { throw .limitExceeded("the replies of the batch are too long") }
            guard !command.method.isEmpty else { throw .badRequest("a command has exactly one method") }
            guard command.method != Self.name else { throw .badRequest("a batch in a batch") }
            guard let method = APIMethods.named(command.method) else { throw APIError(.methodNotFound) }
            let result = try await method.parse(command.body).perform(in: context)
            return Reply(method: command.method, outcome: .success(result))
        } catch {
            return Reply(method: command.method, outcome: .failure(error))
        }
    }

    // MARK: Writing

    private static func result(_ replies: [Reply]) -> APIResult {
        var json = ByteBuffer()
        json.reserveCapacity(replies.reduce(16) { $0 + $1.size + 32 })
        json.writeStaticString("{\"replies\":[")
        for (index, reply) in replies.enumerated() {
            if index > 0 { json.writeStaticString(",") }
            Self.write(reply, to: &json)
        }
        json.writeStaticString("]}")
        return APIResult(json: json)
    }

    private static func write(_ reply: Reply, to json: inout ByteBuffer) {
        switch reply.outcome {
        case .success(let result):
            json.writeStaticString("{")
            JSONWriter.append(to: &json) { $0.string(reply.method) }
            json.writeStaticString(":")
            json.writeImmutableBuffer(result.json)
            json.writeStaticString("}")
        case .failure(let error):
            JSONWriter.append(to: &json) { writer in
                writer.beginObject()
                if !reply.method.isEmpty {
                    writer.key(reply.method)
                    writer.beginObject()
                    writer.key("error")
                    writer.apiError(error)
                    writer.endObject()
                }
                writer.key("error")
                writer.apiError(error)
                writer.endObject()
            }
        }
    }
}
