import Testing

@testable import SkeinTransport

@Suite struct ClientIDTests {
    @Test func `ids are random UUIDs in lower case (RFC 9562 section 5.4)`() {
        for _ in 0..<200 {
            let id = Array(ClientID.make())
            #expect(id.count == 36)
            for (index, character) in id.enumerated() {
                switch index {
                case 8, 13, 18, 23: #expect(character == "-")
                case 14: #expect(character == "4", "the version")
                case 19: #expect("89ab".contains(character), "the variant")
                default: #expect("0123456789abcdef".contains(character))
                }
            }
        }
    }

    @Test func `ten thousand ids are ten thousand`() {
        #expect(Set((0..<10_000).map { _ in ClientID.make() }).count == 10_000)
    }

    @Test func `every digit that is not fixed varies`() {
        let ids = (0..<500).map { _ in Array(ClientID.make()) }
        for index in 0..<36 where ![8, 13, 14, 18, 23].contains(index) {
            #expect(Set(ids.map { $0[index] }).count == (index == 19 ? 4 : 16))
        }
    }
}
