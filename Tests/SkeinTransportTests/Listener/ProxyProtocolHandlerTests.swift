import NIOCore
import NIOEmbedded
import SkeinCore
import SkeinWire
import Synchronization
import Testing

@testable import SkeinTransport

@Suite struct ProxyProtocolHandlerTests {
    private static let line = Array("PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\r\n".utf8)
    private static let block: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12]
        + [203, 0, 113, 9, 192, 0, 2, 1, 0xDC, 0x04, 0x01, 0xBB]
    private static let local: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x20, 0x00, 0, 0]
    private static let client = ClientAddress(address: IPAddress(v4: 0xCB00_7109), port: 56_324)
    private static let request = Array("GET / HTTP/1.1\r\n\r\n".utf8)

    // MARK: Headers

    @Test(arguments: [Self.line, Self.block])
    func `the client is told first, then that the connection is active, then what followed the header`(
        _ header: [UInt8]
    ) throws {
        let harness = try ProxyHarness()
        harness.receive(header + Self.request)
        #expect(harness.log.entries == [.client(Self.client), .active, .bytes(Self.request), .readComplete])
        #expect(!harness.hasHandler)
        #expect(harness.isOpen)
        #expect(harness.rejections == [])
        harness.receive(Self.line)
        #expect(harness.log.entries.suffix(2) == [.bytes(Self.line), .readComplete], "only one header is taken")
    }

    @Test(arguments: [Self.line, Self.block])
    func `a header may come in any two pieces, without a byte lost`(_ header: [UInt8]) throws {
        let bytes = header + Self.request
        for cut in 1..<bytes.count {
            let harness = try ProxyHarness()
            harness.receive(Array(bytes[..<cut]))
            if cut < header.count { #expect(harness.log.entries == []) }
            harness.receive(Array(bytes[cut...]))
            #expect(harness.log.entries.prefix(2) == [.client(Self.client), .active])
            #expect(harness.log.bytes == Self.request, "cut at \(cut)")
            #expect(harness.isOpen && !harness.hasHandler)
        }
    }

    @Test(arguments: [Self.line, Self.block])
    func `a header may come byte by byte`(_ header: [UInt8]) throws {
        let harness = try ProxyHarness()
        for byte in header + Self.request { harness.receive([byte]) }
        #expect(harness.log.bytes == Self.request)
        #expect(harness.log.entries.prefix(2) == [.client(Self.client), .active])
        harness.end()
        #expect(harness.rejections == [])
    }

    @Test func `a header alone brings no empty bytes`() throws {
        let harness = try ProxyHarness()
        harness.receive(Self.line)
        #expect(harness.log.entries == [.client(Self.client), .active, .readComplete])
    }

    @Test func `a proxy that speaks for itself is its own client`() throws {
        for header in [Self.local, Array("PROXY UNKNOWN\r\n".utf8)] {
            let harness = try ProxyHarness(peer: "::ffff:10.0.0.7")
            harness.receive(header)
            let proxy = ClientAddress(address: IPAddress(v4: 0x0A00_0007), port: 4711)
            #expect(harness.log.entries.prefix(2) == [.client(proxy), .active])
        }
    }

    @Test func `a handler that comes after the connection is active does not tell so again`() throws {
        let harness = try ProxyHarness(isAddedLate: true)
        harness.receive(Self.line + Self.request)
        #expect(harness.log.entries == [.active, .client(Self.client), .bytes(Self.request), .readComplete])
    }

    @Test func `a handler that goes on its own takes its deadline along`() throws {
        let harness = try ProxyHarness()
        harness.receive(Self.line)
        harness.eventLoop.advanceTime(by: .hours(1))
        #expect(harness.isOpen)
        #expect(harness.rejections == [])
    }

    // MARK: Reading

    @Test func `reads that the handlers behind ask for get through before and after the header`() throws {
        let harness = try ProxyHarness()
        harness.channel.read()
        #expect(harness.reads.count == 1)
        harness.receive(Array(Self.line.prefix(9)))
        harness.channel.read()
        #expect(harness.reads.count == 2)
        harness.receive(Array(Self.line.dropFirst(9)))
        harness.channel.read()
        #expect(harness.reads.count == 3)
    }

    // MARK: Refusals

    @Test(
        arguments: [
            ([UInt8]("GET / HTTP/1.1\r\n".utf8), .signature), ([0x16, 0x03, 0x01], .signature),
            ([UInt8]("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n".utf8), .port),
            (Array(block.prefix(12)) + [0x31], .version),
        ] as [([UInt8], ProxyHeaderError.Kind)]
    )
    func `a connection without a header is closed at the first wrong byte, and nobody else sees it`(
        _ bytes: [UInt8],
        _ kind: ProxyHeaderError.Kind
    ) throws {
        let harness = try ProxyHarness()
        harness.receive(bytes)
        harness.receive(Self.line)
        #expect(!harness.isOpen)
        #expect(harness.rejections == [.malformed(ProxyHeaderError(kind))])
        #expect(harness.log.entries == [.inactive])
    }

    @Test(arguments: ["11.0.0.1", "::1", "::ffff:11.0.0.1"])
    func `a peer that is not trusted is closed before it says anything`(_ peer: String) throws {
        let harness = try ProxyHarness(peer: peer)
        #expect(!harness.isOpen)
        harness.receive(Self.line + Self.request)
        #expect(harness.rejections == [.untrusted])
        #expect(harness.log.entries == [.inactive])
    }

    @Test func `a peer that has gone before its address is known counts as incomplete, not as untrusted`() throws {
        let harness = try ProxyHarness(peer: nil)
        #expect(!harness.isOpen)
        #expect(harness.rejections == [.incomplete])
    }

    @Test func `nobody is trusted by default`() throws {
        let harness = try ProxyHarness(trusted: TrustedNetworks())
        #expect(!harness.isOpen)
        #expect(harness.rejections == [.untrusted])
    }

    @Test func `the deadline counts from the start, however often bytes come`() throws {
        let harness = try ProxyHarness(deadline: .seconds(5))
        for byte in Self.line.prefix(4) {
            harness.eventLoop.advanceTime(by: .seconds(1))
            harness.receive([byte])
        }
        harness.eventLoop.advanceTime(by: .milliseconds(999))
        #expect(harness.isOpen)
        harness.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(!harness.isOpen)
        #expect(harness.rejections == [.late])
        #expect(harness.log.entries == [.inactive])
    }

    @Test(arguments: [0, 1, 20])
    func `a peer that closes in front of the end of its header is counted once`(_ count: Int) throws {
        let harness = try ProxyHarness()
        if count > 0 { harness.receive(Array(Self.line.prefix(count))) }
        harness.end()
        harness.eventLoop.advanceTime(by: .hours(1))
        #expect(harness.rejections == [.incomplete])
    }

    @Test func `the labels are distinct, and those of all rejections`() {
        let rejections: [ProxyRejection] = [.untrusted, .incomplete, .late]
        let malformed = ProxyHeaderError.Kind.allCases.map { ProxyRejection.malformed(ProxyHeaderError($0)) }
        #expect((rejections + malformed).map(\.label) == ProxyRejection.labels)
        #expect(Set(ProxyRejection.labels).count == ProxyRejection.labels.count)
    }
}
