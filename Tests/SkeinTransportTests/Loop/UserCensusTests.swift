import SkeinCore
import SkeinTestKit
import Testing

@testable import SkeinTransport

@Suite struct UserCensusTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `after any history a user counts once, however many loops have sessions of them`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let census = UserCensus()
        var loops = [Set<UserID>](repeating: [], count: 4)
        for _ in 0..<5000 {
            let loop = Int.random(in: 0..<loops.count, using: &random)
            let user = UserID("user-\(Int.random(in: 0..<60, using: &random))")
            if loops[loop].remove(user) == nil {
                loops[loop].insert(user)
                census.enter(user)
            } else {
                census.leave(user)
            }
            #expect(census.count == loops.reduce(into: Set()) { $0.formUnion($1) }.count)
        }
    }

    @Test func `somebody who is not there can leave`() {
        let census = UserCensus()
        census.leave(UserID("nobody"))
        census.enter(UserID("one"))
        #expect(census.count == 1)
    }
}
