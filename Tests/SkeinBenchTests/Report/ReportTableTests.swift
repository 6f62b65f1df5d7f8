import Testing

@testable import SkeinBench

@Suite struct ReportTableTests {
    @Test func aScenarioIsShownWithWhatIsWantedFirst() {
        #expect(
            ReportTable(.sample()).text == """
                skein 0.1.0 against ws://127.0.0.1:8000/connection/websocket
                Test CPU, 2 cores, 8.32 GB memory, Linux 6.1.0

                fanout, 10.0 s
                  subscribers 1,000; in flight 1

                  deliveries                    163,402 /s
                  publishes                         163 /s
                  server CPU per delivery          6.06 µs
                  server memory per connection     5.40 KB

                  latency       p50      p90      p99    p99.9     max     mean      count   from
                  delivery  3.10 ms  4.47 ms  11.2 ms  23.4 ms  102 ms  3.11 ms  1,633,999  start
                  Closed loop: a publication waits for the ones before it, so a stall also holds the load back and
                  hides in the percentiles.

                  counts  published 1,634, refused 2, expected 1,634,000, delivered 1,633,999, lost 1, duplicated 3,
                          reordered 4, received 279 MB
                  server  CPU 0.99 cores, user 2.10 s, system 7.80 s, memory before 24.0 MB,
                          memory at the end 30.2 MB, memory without clients 26.0 MB
                  client  busiest loop 61 %, loops 2

                warning: 1 delivery was lost.

                """
        )
    }

    @Test func whatWasNotMeasuredIsNotShown() {
        let text = ReportTable(.sample(scenarios: [.empty])).text
        #expect(text.hasSuffix("\n\nidle, 0 s\n"))
    }

    @Test func anOpenLoopCountsFromTheIntendedTimeAndNeedsNoRemark() {
        var scenario = ScenarioReport.fanout
        scenario.latencies[0].corrected = true
        let text = ReportTable(.sample(scenarios: [scenario])).text
        #expect(text.contains("intended time"))
        #expect(!text.contains("Closed loop"))
    }

    @Test func aHopIsComparedWithTheWayThroughRedisAlone() {
        var scenario = ScenarioReport.fanout
        var raw = LatencyReport.delivery
        raw.name = "raw hop"
        raw.p50 = 1_240
        scenario.latencies.append(raw)
        #expect(ReportTable(.sample(scenarios: [scenario])).text.contains("  2.50 raw hops\n"))
    }

    @Test func figuresStayWithTheirNames() {
        let line = WrappedLine(head: "  a  ", list: Array(repeating: "name 1", count: 15), separator: ",")
        let row = Array(repeating: "name 1,", count: 12).joined(separator: " ")
        #expect(line.lines == ["  a  \(row)", "     name 1, name 1, name 1"])
        #expect(WrappedLine(head: "  ", text: "").lines == ["  "])
        let long = String(repeating: "x", count: 200)
        #expect(WrappedLine(head: "", text: "a \(long) b").lines == ["a", long, "b"])
    }

    @Test func whatIsNotKnownOfTheMachineIsLeftOut() {
        #expect(BenchmarkMachine(processor: "", cores: 1, kernel: "", memoryBytes: 0).summary == "1 core")
    }

    @Test func percentilesOfNothingAreDashes() {
        var scenario = ScenarioReport.fanout
        scenario.latencies[0].count = 0
        let line = ReportTable(.sample(scenarios: [scenario])).text.split(separator: "\n").first {
            $0.contains("  delivery ")
        }
        #expect(line?.split(separator: " ").dropFirst().prefix(7) == ["–", "–", "–", "–", "–", "–", "0"])
    }

    @Test func controlCharactersOfAFileDoNotReachTheTerminal() {
        var scenario = ScenarioReport.empty
        scenario.warnings = ["a\u{1B}[2Jb\u{9B}c"]
        #expect(ReportTable(.sample(scenarios: [scenario])).text.hasSuffix("warning: a?[2Jb?c\n"))
    }
}
