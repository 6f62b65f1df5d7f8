import Testing

@testable import SkeinBench

@Suite struct ReportFormatTests {
    @Test func thousandsAreGrouped() {
        let values = [0, 999, 1_000, 1_234_567, -12_345]
        #expect(values.map(ReportFormat.grouped) == ["0", "999", "1,000", "1,234,567", "-12,345"])
        #expect(ReportFormat.grouped(.min) == "-9,223,372,036,854,775,808")
    }

    @Test func decimalsAreRoundedAndKeepTheirZeros() {
        #expect(ReportFormat.fixed(1.005, decimals: 1) == "1.0")
        #expect(ReportFormat.fixed(0.05, decimals: 2) == "0.05")
        #expect(ReportFormat.fixed(1_999.996, decimals: 2) == "2,000.00")
        #expect(ReportFormat.fixed(-0.001, decimals: 2) == "0.00")
        #expect(ReportFormat.fixed(-1.25, decimals: 1) == "-1.3")
    }

    @Test func whatIsNoNumberIsADash() {
        #expect([.nan, .infinity, 1e300].map { ReportFormat.fixed($0, decimals: 2) } == ["–", "–", "–"])
        #expect(ReportFormat.duration(microseconds: .nan) == "– s")
    }

    @Test func threeDigitsCount() {
        let values = [0, 0.621, 6.12, 9.996, 61.23, 99.96, 612.4, 6_120]
        #expect(values.map(ReportFormat.significant) == ["0", "0.62", "6.12", "10.0", "61.2", "100", "612", "6,120"])
    }

    @Test func durationsChangeTheirUnitWhereTheRoundedValueDoes() {
        let values = [0, 0.6, 999.4, 999.5, 999_499, 999_500, 61_000_000]
        let texts = ["0 µs", "0.60 µs", "999 µs", "1.00 ms", "999 ms", "1.00 s", "61.0 s"]
        #expect(values.map(ReportFormat.duration) == texts)
    }

    @Test func bytesAreDecimal() {
        let values = [0, 1, 999, 1_000, 5_400, 30_200_000, 8_320_000_000]
        #expect(
            values.map { ReportFormat.bytes($0) } == [
                "0 B", "1 B", "999 B", "1.00 KB", "5.40 KB", "30.2 MB", "8.32 GB",
            ]
        )
    }

    @Test func percentilesHaveNoMoreDecimalsThanTheyNeed() {
        let values = [0, 50, 71.816171, 99.25123, 99.9, 99.9999, 100]
        let texts = ["0", "50", "71.8", "99.25", "99.9", "99.9999", "100"]
        #expect(values.map(ReportFormat.percentile) == texts)
    }

    @Test func ticksAreShort() {
        #expect([0, 500, 20_000, 1_500_000].map(ReportFormat.tickCount) == ["0", "500", "20 k", "1.5 M"])
        #expect(
            [0, 0.5, 2_000, 500_000, 2e6].map(ReportFormat.tickDuration) == ["0", "0.5 µs", "2 ms", "500 ms", "2 s"]
        )
        #expect([0, 20_000_000, 1.5e9].map(ReportFormat.tickBytes) == ["0", "20 MB", "1.5 GB"])
    }
}
