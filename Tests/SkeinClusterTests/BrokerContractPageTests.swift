import Foundation
import SkeinTestKit
import Testing

@Suite
struct BrokerContractPageTests {
    @Test
    func `the reference page lists the cases of the contract, all of them and in order`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reference/broker-contract.md"), encoding: .utf8)
        let listed = page.split(separator: "\n").filter { $0.hasPrefix("- ") }.map { String($0.dropFirst(2)) }
        let names = (BrokerContract.cases + BrokerContract.timedCases).map(\.name)
        #expect(listed == names)
    }

    @Test
    func `no two cases of the contract have one name`() {
        let names = (BrokerContract.cases + BrokerContract.timedCases).map(\.name)
        #expect(Set(names).count == names.count)
    }
}
