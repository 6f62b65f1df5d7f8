import SkeinCore
import Testing

@Suite struct PublicationTests {
    @Test func `placing a publication changes its place and its time only`() {
        let info = ClientInfo(user: "ann", client: "c")
        let publication = Publication(
            data: [1, 2],
            info: info,
            tags: [.init(key: "event", value: "typed"), .init(key: "a", value: "b")],
            allowsDelta: true,
            excludedClient: "c"
        )
        let placed = publication.placed(at: StreamPosition(offset: 42, epoch: "e"), time: 1_700_000_000_000)
        #expect(publication.offset == 0 && publication.time == 0)
        #expect(placed.position == StreamPosition(offset: 42, epoch: "e") && placed.time == 1_700_000_000_000)
        #expect(placed.data == [1, 2])
        #expect(placed.info === info)
        #expect(placed.tags == publication.tags)
        #expect(placed.allowsDelta)
        #expect(placed.excludedClient == "c")
    }

    @Test func `a publication of the server has neither author nor exclusions`() {
        let publication = Publication(data: [])
        #expect(publication.info == nil && publication.excludedClient == nil)
        #expect(publication.tags.isEmpty && !publication.allowsDelta)
    }
}
