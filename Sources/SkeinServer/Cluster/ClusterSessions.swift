import NIOCore
import SkeinCluster
import SkeinCore
import SkeinTransport

/// The sessions of the whole cluster, as one thing that can be asked.
struct ClusterSessions: Sendable {
    let transport: Transport
    /// Nil on a node that stands alone.
    let link: (any ClusterLink)?
    /// Drains this node if it has the name; whether it has.
    let drain: @Sendable (_ node: String) -> Bool

    /// Asks every node, this one included, at once.
    ///
    /// - Throws: when a node that is alive did not answer. The others have done what was asked then; asking again is safe.
    func ask(_ question: SessionQuestion) async throws(BrokerError) -> SessionAnswer {
        guard let link else { return await self.transport.answer(question, drain: self.drain) }
        async let others = self.askOthers(question, link)
        let own = await self.transport.answer(question, drain: self.drain)
        return try await others.get().reduce(own, +)
    }

    private func askOthers(
        _ question: SessionQuestion,
        _ link: any ClusterLink
    ) async -> Result<[SessionAnswer], BrokerError> {
        let eventLoop = self.transport.anyEventLoop
        let answers = await withCheckedContinuation { continuation in
            link.ask(question.encoded, completion: Completion(on: eventLoop) { continuation.resume(returning: $0) })
        }
        return answers.map { $0.map { SessionAnswer($0.content) } }
    }
}

extension Transport {
    /// Does what is asked with the sessions of this node, and with the node itself by `drain`.
    func answer(_ question: SessionQuestion, drain: (_ node: String) -> Bool) async -> SessionAnswer {
        switch question {
        case .disconnect(let selection, let code):
            return SessionAnswer(sessions: await self.disconnect(selection, code: code))
        case .unsubscribe(let selection, let channel):
            await self.unsubscribe(selection, channel: channel, code: .server)
            return SessionAnswer()
        case .subscribe(let selection, let subscription):
            return SessionAnswer(error: await self.subscribe(selection, to: subscription))
        case .refresh(let selection, let isExpired, let timeLeft, let info):
            await self.refresh(selection, isExpired: isExpired, timeLeft: timeLeft, info: info)
            return SessionAnswer()
        case .message(let selection, let data):
            return SessionAnswer(sessions: await self.message(selection, data: data))
        case .drain(let node):
            return SessionAnswer(isMeant: drain(node))
        case .channels(let pattern):
            let channels = await self.channels { _ in true }
            guard !pattern.isEmpty else { return SessionAnswer(channels: channels) }
            guard let pattern = try? ChannelPattern(pattern) else { return SessionAnswer() }
            return SessionAnswer(channels: channels.filter { pattern.matches($0.key.text) })
        }
    }
}
