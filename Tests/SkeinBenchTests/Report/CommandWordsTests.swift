import Testing

@testable import SkeinBench

@Suite struct CommandWordsTests {
    @Test(arguments: [
        (["skein", "bench", "fanout", "--pid", "7"], ["skein", "bench", "fanout", "--pid", "7"]),
        (["--token", "abc", "--pid", "7"], ["--token", "***", "--pid", "7"]),
        (["--token=abc"], ["--token=***"]),
        (["--header", "Cookie: a=b", "x"], ["--header", "Cookie: ***", "x"]),
        (["--header=X-Key:a:b"], ["--header=X-Key: ***"]),
        (["redis://me:p@ss@host:6379/0"], ["redis://***@host:6379/0"]),
        (["--redis=rediss://:p@host"], ["--redis=rediss://***@host"]),
        (["ws://host/a@b"], ["ws://host/a@b"]),
        (["--token"], ["--token"]),
    ])
    func secretsAreBlank(words: [String], shown: [String]) {
        #expect(CommandWords.withoutSecrets(words) == shown)
    }

    @Test func aReportHasNone() {
        var report = BenchmarkReport.sample()
        report = BenchmarkReport(
            tool: report.tool,
            date: report.date,
            command: ["skein", "--token", "abc"],
            machine: report.machine,
            target: report.target,
            scenarios: []
        )
        #expect(report.command == ["skein", "--token", "***"])
    }
}
