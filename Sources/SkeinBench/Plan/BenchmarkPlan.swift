/// Everything that decides what a run does. A value: made from options, checked by `validate`, then only read.
public struct BenchmarkPlan: Sendable {
    /// What is done.
    public var scenario: BenchmarkScenario
    /// Where publishers connect, and subscribers too unless there is a `subscriberTarget`.
    public var target: BenchmarkTarget
    /// Where subscribers connect, for `hop`; nil for the same address.
    public var subscriberTarget: BenchmarkTarget?
    /// The encoding of the client protocol.
    public var format = BenchmarkFormat.json
    /// Subscribers, 1 to 10,000,000; publishers come on top.
    public var connections = 1000
    /// Connections that publish; 1 for one channel.
    public var publishers = 1
    /// Bytes of the data of a publication, quotes included; `PayloadMarker.length` + 2 at least, 1 MiB at most.
    public var payload = 128
    /// When publications leave.
    public var load = BenchmarkLoad.closed(inFlight: 1)
    /// The measured span, without warm-up.
    public var duration = Duration.seconds(10)
    /// The same load before the measured span.
    public var warmup = Duration.seconds(1)
    /// Event loops, each a thread.
    public var loops = 1
    /// Handshakes under way at a time, over all loops.
    public var handshakes = 64
    /// Connections of other processes of the same run that come before those of this one.
    public var firstConnection = 0
    /// Whether another process of the same run publishes.
    public var onlyReceives = false
    /// What publications of this run carry; nil for a random number.
    public var run: UInt32?
    /// Presented at connect; empty for an anonymous session.
    public var token = ""
    /// Added to each handshake.
    public var headers: [(name: String, value: String)] = []
    /// The start of the names of all channels.
    public var channelPrefix = "bench"
    /// Whether the certificate of a `wss` target has to be good.
    public var verifiesCertificates = true
    /// Process ids of the server, for its processor time and memory.
    public var serverProcesses: [Int] = []
    /// The Redis of the raw hop that `hop` compares with; nil for none.
    public var redis: RedisTarget?
    /// The share of subscribers that `history` cuts, more than 0 up to 1.
    public var cutShare = 0.5
    /// Publications while they are away, for `history`.
    public var missedMessages = 100

    /// A plan with the defaults of the command line.
    public init(scenario: BenchmarkScenario, target: BenchmarkTarget) {
        self.scenario = scenario
        self.target = target
    }
}

extension BenchmarkPlan {
    /// Throws a sentence about the first option that makes no sense.
    public func validate() throws(BenchmarkFailure) {
        try Self.require(1...10_000_000, self.connections, "--connections")
        try Self.require(1...100_000, self.publishers, "--publishers")
        try Self.require(PayloadMarker.length + 2...1 << 20, self.payload, "--payload")
        try Self.require(1...1024, self.loops, "--loops")
        try Self.require(1...100_000, self.handshakes, "--handshakes")
        try Self.require(1...1_000_000, self.missedMessages, "--messages")
        guard self.cutShare > 0, self.cutShare <= 1 else {
            throw BenchmarkFailure("--share has to be more than 0 and at most 1.")
        }
        guard self.duration > .zero, self.warmup >= .zero else {
            throw BenchmarkFailure("--duration has to be more than 0.")
        }
        try self.validateLoad()
        try self.validateNames()
    }

    private func validateLoad() throws(BenchmarkFailure) {
        switch self.load {
        case .closed(let inFlight):
            try Self.require(1...100_000, inFlight, "--in-flight")
            guard self.publishers <= inFlight else {
                throw BenchmarkFailure("--publishers \(self.publishers) is more than --in-flight \(inFlight).")
            }
        case .rate(let rate):
            guard rate > 0, rate <= 10_000_000 else {
                throw BenchmarkFailure("--rate has to be more than 0 and at most 10000000 a second.")
            }
        case .bursts(let size, let interval):
            try Self.require(1...100_000, size, "--burst")
            guard interval > .zero else { throw BenchmarkFailure("--every has to be more than 0.") }
        }
        if self.redis != nil, self.load != .closed(inFlight: 1) {
            throw BenchmarkFailure("--redis compares single messages: it needs --in-flight 1.")
        }
        if self.publishers > self.channelCount {
            throw BenchmarkFailure("--publishers \(self.publishers) is more than there are channels.")
        }
    }

    private func validateNames() throws(BenchmarkFailure) {
        let isPlain = self.channelPrefix.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        guard isPlain, (1...200).contains(self.channelPrefix.utf8.count) else {
            throw BenchmarkFailure("--channel-prefix: 1 to 200 characters of printable ASCII without \" and \\.")
        }
        for header in self.headers {
            let text = "\(header.name)\(header.value)"
            guard !header.name.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw BenchmarkFailure("--header: write 'Name: value'.")
            }
        }
    }

    private static func require(
        _ range: ClosedRange<Int>,
        _ value: Int,
        _ option: String
    ) throws(BenchmarkFailure) {
        guard range.contains(value) else {
            throw BenchmarkFailure("\(option) \(value): use \(range.lowerBound) to \(range.upperBound).")
        }
    }
}

extension BenchmarkPlan {
    /// One for fan-out, one per subscriber otherwise.
    var channelCount: Int {
        switch self.scenario {
        case .fanout, .burst, .storm, .idle, .history: 1
        case .unicast, .hop: self.connections
        }
    }

    /// Connections that publish; none where nothing is published.
    var publisherCount: Int {
        switch self.scenario {
        case .idle, .storm: 0
        case .fanout, .burst, .unicast, .hop, .history: self.onlyReceives ? 0 : self.publishers
        }
    }
}
