import SkeinWire
import Testing

@Suite struct WireFormatTests {
    @Test func `a format has a subprotocol and a name in the query`() {
        #expect(WireFormat.subprotocols.map(\.0) == ["centrifuge-protobuf", "centrifuge-json"])
        for (name, format) in WireFormat.subprotocols { #expect(WireFormat(subprotocol: name) == format) }
        #expect(WireFormat(subprotocol: "json") == nil)
        #expect(WireFormat(query: "json") == .json)
        #expect(WireFormat(query: "protobuf") == .protobuf)
        #expect(WireFormat(query: "") == nil)
    }

    @Test func `only protobuf is binary, and a ping is a frame of its own`() {
        #expect(!WireFormat.json.isBinary)
        #expect(WireFormat.protobuf.isBinary)
        #expect(WireFormat.json.ping == Array("{}".utf8))
    }
}
