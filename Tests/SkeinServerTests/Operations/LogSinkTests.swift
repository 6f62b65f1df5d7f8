import Dispatch
import Logging
import Synchronization
import Testing

@testable import SkeinServer

@Suite struct LogSinkTests {
    /// Collects what a sink writes; holds the sink's thread in its first write until it is opened.
    final class Gate: Sendable {
        let written = Mutex<[UInt8]>([])
        let entered = DispatchSemaphore(value: 0)
        private let opening = DispatchSemaphore(value: 0)
        private let isOpen: Atomic<Bool>

        init(isOpen: Bool = true) {
            self.isOpen = Atomic(isOpen)
        }

        @Sendable func write(_ bytes: [UInt8]) {
            if !self.isOpen.load(ordering: .acquiring) {
                self.entered.signal()
                self.opening.wait()
            }
            self.written.withLock { $0 += bytes }
        }

        func open() {
            self.isOpen.store(true, ordering: .releasing)
            self.opening.signal()
        }

        /// Blocks until the sink's thread stands in the gate.
        func waitForEntry() { self.entered.wait() }

        var text: String { self.written.withLock { String(decoding: $0, as: UTF8.self) } }
    }

    static let clock: @Sendable () -> WallClock = { WallClock(seconds: 0, milliseconds: 0) }

    @Test func `lines come out in order`() {
        let gate = Gate()
        let sink = LogSink(format: .text, output: gate.write)
        for index in 0..<1000 { sink.write(Array("\(index)\n".utf8)) }
        #expect(sink.flush())
        #expect(gate.text == (0..<1000).map { "\($0)\n" }.joined())
        sink.close()
    }

    @Test func `a full queue drops and counts, never waits, and says so when there is room`() {
        let gate = Gate(isOpen: false)
        let sink = LogSink(format: .text, capacity: 20, clock: Self.clock, output: gate.write)
        sink.write(Array("first----\n".utf8))
        gate.waitForEntry()
        sink.write(Array("second---\n".utf8))
        #expect(sink.droppedLines == 0)
        for _ in 0..<3 { sink.write(Array("lost\n".utf8)) }
        #expect(sink.droppedLines == 3)
        gate.open()
        #expect(sink.flush())
        sink.write(Array("third\n".utf8))
        #expect(sink.flush())
        let summary = "1970-01-01T00:00:00.000Z warning skein.log 3 log lines were dropped\n"
        #expect(gate.text == "first----\nsecond---\n\(summary)third\n")
        #expect(sink.droppedLines == 3)
        sink.close()
    }

    @Test func `a line larger than the queue is dropped alone`() {
        let gate = Gate()
        let sink = LogSink(format: .json, capacity: 8, clock: Self.clock, output: gate.write)
        sink.write([UInt8](repeating: 0x61, count: 9))
        sink.write([UInt8](repeating: 0x62, count: 8))
        #expect(sink.flush())
        #expect(sink.droppedLines == 1)
        #expect(gate.text.contains("bbbbbbbb"))
        #expect(gate.text.contains(#""message":"1 log line was dropped""#))
        sink.close()
    }

    @Test func `closing writes what is queued and drops what comes later`() {
        let gate = Gate()
        let sink = LogSink(format: .text, output: gate.write)
        sink.write(Array("last\n".utf8))
        sink.close()
        #expect(gate.text == "last\n")
        sink.write(Array("late\n".utf8))
        #expect(sink.flush())
        sink.close()
        #expect(gate.text == "last\n")
        #expect(sink.droppedLines == 1)
    }

    @Test func `a flush gives up when the reader of the log stands still`() {
        let gate = Gate(isOpen: false)
        let sink = LogSink(format: .text, output: gate.write)
        sink.write(Array("x\n".utf8))
        #expect(!sink.flush(within: 0))
        gate.open()
        #expect(sink.flush())
        sink.close()
    }

    @Test func `lines of many threads stay whole`() async {
        let gate = Gate()
        let sink = LogSink(format: .text, output: gate.write)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<200 { sink.write(Array("\(task)\(task)\(task)\(task)\n".utf8)) }
                }
            }
        }
        sink.close()
        let lines = gate.text.split(separator: "\n")
        #expect(lines.count == 1600)
        #expect(lines.allSatisfy { $0.count == 4 && Set($0).count == 1 })
    }

    @Test func `handlers merge metadata and follow the level of the sink until they have their own`() {
        let gate = Gate()
        let sink = LogSink(format: .text, level: .warning, output: gate.write)
        let provider = Logger.MetadataProvider { ["b": "provider", "c": "provider"] }
        var logger = Logger(label: "test") { label in
            TextLogHandler(label: label, sink: sink, metadataProvider: provider, clock: Self.clock)
        }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("hidden")
        sink.level = .info
        logger.info("shown", metadata: ["c": "event", "token": "hunter2"])
        logger.logLevel = .error
        logger.warning("hidden")
        #expect(sink.makeHandler(label: "x") is TextLogHandler)
        sink.close()
        #expect(gate.text == "1970-01-01T00:00:00.000Z info test shown a=logger b=provider c=event token=[redacted]\n")
    }

    @Test func `the JSON handler writes objects`() {
        let gate = Gate()
        let sink = LogSink(format: .json, output: gate.write)
        let logger = Logger(label: "t") { JSONLogHandler(label: $0, sink: sink, clock: Self.clock) }
        logger.error("m", metadata: ["k": "v"])
        #expect(sink.makeHandler(label: "x") is JSONLogHandler)
        sink.close()
        #expect(
            gate.text
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"error","label":"t","message":"m","#
                + "\"metadata\":{\"k\":\"v\"}}\n"
        )
    }
}
