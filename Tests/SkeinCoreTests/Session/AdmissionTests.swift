import SkeinCore
import SkeinTestKit
import Testing

struct AdmissionTests {
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    private let limits = AdmissionLimits(rate: 100, burst: 10)

    private func decide(_ count: Int, _ admission: inout Admission, at now: MonotonicInstant) -> [Admission.Decision] {
        var generator = SeededGenerator(seed: 3)
        return (0..<count).map { _ in admission.decide(self.limits, now: now, using: &generator) }
    }

    private func waits(_ decisions: [Admission.Decision]) -> [Int] {
        decisions.compactMap { if case .refused(let seconds) = $0 { seconds } else { nil } }
    }

    @Test func `a burst is let in and what is above it is not`() {
        var admission = Admission(limits: self.limits, now: self.start)
        let decisions = self.decide(15, &admission, at: self.start)
        #expect(decisions.prefix(10).allSatisfy { $0 == .admitted })
        #expect(self.waits(decisions).count == 5)
    }

    @Test func `later as many as the rate allows are let in again`() {
        var admission = Admission(limits: self.limits, now: self.start)
        _ = self.decide(1000, &admission, at: self.start)
        let decisions = self.decide(100, &admission, at: self.start + .milliseconds(50))
        #expect(decisions.count { $0 == .admitted } == 5)
    }

    @Test func `those who were sent away later wait longer, as in a line`() {
        var admission = Admission(limits: self.limits, now: self.start)
        let waits = self.waits(self.decide(1010, &admission, at: self.start))
        let mean = { (part: ArraySlice<Int>) in Double(part.reduce(0, +)) / Double(part.count) }
        #expect(mean(waits.suffix(100)) > mean(waits.prefix(100)) + 5)
        #expect(waits.allSatisfy { (1...31).contains($0) })
    }

    @Test func `those who were sent away together come back at different times`() {
        var admission = Admission(limits: self.limits, now: self.start)
        let waits = self.waits(self.decide(1010, &admission, at: self.start))
        #expect(Set(waits.suffix(200)).count >= 8)
    }

    @Test func `the line is served while nobody comes`() {
        var admission = Admission(limits: self.limits, now: self.start)
        _ = self.decide(1010, &admission, at: self.start)
        let later = self.start + .seconds(60)
        let waits = self.waits(self.decide(12, &admission, at: later))
        #expect(waits.count == 2)
        #expect(waits.allSatisfy { $0 <= 2 })
    }

    @Test func `without a rate everybody is let in`() {
        var admission = Admission(limits: AdmissionLimits(), now: self.start)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            #expect(admission.decide(AdmissionLimits(), now: self.start, using: &generator) == .admitted)
        }
    }

    @Test func `a loop's share of a small limit still lets one in`() {
        #expect(AdmissionLimits(rate: 3, burst: 1).share(of: 8) == AdmissionLimits(rate: 1, burst: 1))
        #expect(AdmissionLimits(rate: 1000, burst: 400).share(of: 4) == AdmissionLimits(rate: 250, burst: 100))
        #expect(AdmissionLimits().share(of: 4) == AdmissionLimits())
    }
}
