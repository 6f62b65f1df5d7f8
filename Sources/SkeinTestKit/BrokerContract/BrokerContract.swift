public import NIOCore
public import SkeinCluster

/// What every `Broker` has to do, as a list of cases that each engine's tests run.
///
/// A case knows nothing of the engine: it hears events through a sink, gets results through completions, which may
/// come at once or much later, and tells a violation by throwing. It waits for events, never for time. Cases that need
/// time to pass are a list of their own, for engines whose clock a test can move. Topics of two runs never meet, so an
/// engine may keep its state.
public enum BrokerContract {
    /// An engine under test.
    public struct Subject: Sendable {
        /// The engine; its events go to the sink that the case gave.
        public var broker: any Broker
        /// Where completions run.
        public var eventLoop: any EventLoop
        /// Makes time pass; nil if nobody can, and then timed cases cannot run.
        public var time: TimeControl?
        /// Called once after the case, also when it failed.
        public var close: @Sendable () async throws -> Void

        /// Describes an engine.
        public init(
            broker: any Broker,
            eventLoop: any EventLoop,
            time: TimeControl? = nil,
            close: @escaping @Sendable () async throws -> Void = {}
        ) {
            self.broker = broker
            self.eventLoop = eventLoop
            self.time = time
            self.close = close
        }
    }

    /// Moves an engine's clock.
    public struct TimeControl: Sendable {
        /// What lifetimes in the cases are multiples of, a few at most. An engine whose time passes by itself as well needs units that
        /// are long beside a case.
        public var unit: Duration
        /// Returns when at least the given time has passed for the engine.
        public var advance: @Sendable (Duration) async throws -> Void

        /// Makes a control.
        public init(unit: Duration = .seconds(1), advance: @escaping @Sendable (Duration) async throws -> Void) {
            self.unit = unit
            self.advance = advance
        }
    }

    /// One thing that every engine has to do.
    public struct Case: Sendable, CustomStringConvertible {
        /// A sentence, unique in the contract.
        public let name: String
        private let body: @Sendable (ContractEnvironment) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (ContractEnvironment) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { self.name }

        /// Runs the case with an engine of its own.
        ///
        /// - Throws: ``ContractViolation``, or the error of an operation that should have succeeded.
        public func run(makeSubject: @Sendable (RecordingSink) async throws -> Subject) async throws {
            let sink = RecordingSink()
            let subject = try await makeSubject(sink)
            let environment = ContractEnvironment(subject: subject, sink: sink)
            do {
                try await self.body(environment)
                try environment.checkCompletions()
            } catch {
                try? await subject.close()
                throw error
            }
            try await subject.close()
        }
    }

    /// The cases for every engine.
    public static let cases: [Case] =
        Self.streamCases + Self.orderCases + Self.recoveryCases + Self.cacheCases + Self.historyCases
        + Self.idempotencyCases + Self.presenceCases

    /// The cases that need ``Subject/time``.
    public static let timedCases: [Case] = Self.lifetimeCases
}
