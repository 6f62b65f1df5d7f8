import SkeinCore
import Testing

@Suite struct StreamPositionTests {
    @Test func `a position is an offset within an epoch`() {
        let position = StreamPosition(offset: 7, epoch: "k3")
        #expect(position == StreamPosition(offset: 7, epoch: "k3"))
        #expect(position != StreamPosition(offset: 8, epoch: "k3"))
        #expect(position != StreamPosition(offset: 7, epoch: "k4"))
        #expect(position != StreamPosition(offset: 7, epoch: ""))
        #expect(Set([position, StreamPosition(offset: 7, epoch: "k3")]).count == 1)
    }

    @Test func `every offset of 64 bits can be held`() {
        #expect(StreamPosition(offset: .max, epoch: "e").offset == UInt64.max)
    }
}
