import Foundation
import NIOCore
import NIOEmbedded
import SkeinCore
import SkeinWire
import Testing

@testable import SkeinTransport

/// A client of one session: sends masked frames, reads what the session sends. Confined to the test's thread.
final class TestClient {
    let harness: LoopHarness
    let channel: EmbeddedChannel
    let session: SessionHandler
    let wire = Wire()
    let id: String
    private let format: WireFormat
    /// Frames that were looked at for messages and hold none.
    private(set) var controlFrames: [ServerFrame] = []

    init(_ harness: LoopHarness, id: String = "ann", format: WireFormat = .json, usesFramePing: Bool = false) throws {
        self.harness = harness
        self.id = id
        self.format = format
        harness.loop.refreshNow()
        self.session = SessionHandler(
            loop: harness.loop,
            format: format,
            usesFramePing: usesFramePing,
            clientID: id
        )
        self.channel = EmbeddedChannel(loop: harness.eventLoop)
        try self.channel.pipeline.syncOperations.addHandler(self.wire)
        try self.channel.pipeline.syncOperations.addHandler(self.session)
    }

    deinit {
        _ = try? self.channel.finish(acceptAlreadyClosed: true)
    }

    /// Bytes arrive; the turn goes on.
    func receive(_ bytes: ByteBuffer) {
        self.channel.pipeline.fireChannelRead(bytes)
        self.channel.pipeline.fireChannelReadComplete()
    }

    /// Sends commands in one frame; the turn goes on.
    func command(_ lines: String...) {
        self.receive(ClientFrame.text(lines.joined(separator: "\n")))
    }

    /// Sends commands in one frame, ends the turn and returns the answers.
    @discardableResult
    func ask(_ lines: String...) -> [String] {
        self.receive(ClientFrame.text(lines.joined(separator: "\n")))
        self.harness.run()
        return self.messages()
    }

    /// Connects without a token.
    @discardableResult
    func connect() -> TestClient {
        let answers = self.ask(#"{"id":1,"connect":{}}"#)
        #expect(answers.count == 1 && answers.first?.hasPrefix(#"{"id":1,"connect":{"client":"\#(self.id)""#) == true)
        return self
    }

    /// Connects with what a token says, without the detour through an authenticator; the turn ends.
    func connect(as credentials: Credentials, subs: [ChannelName: SubscribeRequest] = [:]) {
        let request = ConnectRequest(token: "token", subs: subs)
        let loop = self.harness.loop
        loop.refreshNow()
        _ = self.session.machine.received(Command(id: 1, .connect(request)), policy: loop.policy, now: loop.now)
        self.session.perform(
            self.session.machine.authenticated(
                .success(credentials),
                request: request,
                id: 1,
                policy: loop.policy,
                now: loop.now
            )
        )
        self.harness.run()
    }

    /// Connects and subscribes; what that brings is not looked at.
    @discardableResult
    func connect(to channels: ChannelName...) -> TestClient {
        self.connect()
        for channel in channels { self.ask(#"{"id":2,"subscribe":{"channel":"\#(channel)"}}"#) }
        return self
    }

    /// Whether the session takes more from the connection.
    var isReadFrom: Bool {
        let value = self.channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value
        return value as? Bool ?? true
    }

    /// Takes the frames that have gone out.
    func frames() -> [ServerFrame] {
        self.wire.takeFrames()
    }

    /// Takes the messages that have gone out; control frames go to ``controlFrames``.
    func messages() -> [String] {
        self.frames().flatMap { frame in
            if frame.opcode >= 8 { self.controlFrames.append(frame) }
            return frame.messages(self.format).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Takes the messages, and returns the offsets of those that are publications.
    func offsets() -> [UInt64] {
        self.messages().compactMap { $0.contains(#""pub":"#) ? $0.number("offset") : nil }
    }

    /// Takes the messages, and returns the payloads of those that are publications.
    func payloads() -> [String] {
        self.messages().compactMap(\.payload)
    }

    /// The code of the close frame that has gone out, if one has.
    func closeCode() -> UInt16? {
        _ = self.messages()
        return self.controlFrames.last { $0.opcode == 8 }?.closeCode
    }
}

extension String {
    /// The number behind the first member of this name.
    func number(_ member: String) -> UInt64? {
        self.numbers(member).first
    }

    /// The numbers behind all members of this name.
    func numbers(_ member: String) -> [UInt64] {
        self.components(separatedBy: "\"\(member)\":").dropFirst().compactMap { UInt64($0.prefix { $0.isNumber }) }
    }

    /// The payload of a publication that has no other string in front of a comma or brace.
    var payload: String? {
        let parts = self.components(separatedBy: #""pub":{"data":"#)
        guard parts.count == 2, let rest = parts.last else { return nil }
        if rest.first == "\"" {
            return rest.dropFirst().firstIndex(of: "\"").map { String(rest[...$0]) }
        }
        return String(rest.prefix { $0 != "," && $0 != "}" })
    }
}
