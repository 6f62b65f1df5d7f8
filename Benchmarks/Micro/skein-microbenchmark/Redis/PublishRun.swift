import NIOCore
import SkeinCluster
import SkeinCore

/// Publishes in turns, each begun by the last reply of the one before, and measures the loop's thread. Confined to the loop.
final class PublishRun {
    /// Publications of one turn, which leave in one write.
    static let batch = 100

    private let eventLoop: any EventLoop
    private let publish: (Completion<StreamPosition>) -> Void
    private let then: (Sample) -> Void
    private var left: Int
    private var unanswered = 0
    private let start = Reading.now()

    /// On the loop.
    init(
        _ publications: Int,
        eventLoop: any EventLoop,
        publish: @escaping (Completion<StreamPosition>) -> Void,
        then: @escaping (Sample) -> Void
    ) {
        self.left = publications
        self.eventLoop = eventLoop
        self.publish = publish
        self.then = then
    }

    func begin() {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        let completion = Completion<StreamPosition>(on: self.eventLoop) { result in
            guard case .success = result else { preconditionFailure("PUBLISH failed: \(result)") }
            bound.value.answered()
        }
        let count = min(self.left, Self.batch)
        self.left -= count
        self.unanswered = count
        for _ in 0..<count { self.publish(completion) }
    }

    private func answered() {
        self.unanswered -= 1
        guard self.unanswered == 0 else { return }
        if self.left > 0 { self.begin() } else { self.then(self.start.elapsed()) }
    }
}
