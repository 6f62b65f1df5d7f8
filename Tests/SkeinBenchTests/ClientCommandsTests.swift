import NIOCore
import SkeinWire
import Testing

@testable import SkeinBench

@Suite struct ClientCommandsTests {
    private static let marker = PayloadMarker(publisher: 0, isMeasured: true, sequence: 1, time: 2)

    private func publish(_ format: BenchmarkFormat, payload: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        ClientCommands(format: format, token: "", payload: payload).publish(
            id: 120,
            channel: Array("c0".utf8),
            marker: Self.marker,
            sign: PayloadMarker.sign(run: 1),
            into: &bytes
        )
        return bytes
    }

    @Test(arguments: [50, 51, 128, 5000])
    func thePayloadHasTheSizeThatIsAskedFor(_ size: Int) {
        let json = self.publish(.json, payload: size)
        #expect(json.starts(with: #"{"id":120,"publish":{"channel":"c0","data":"~skein1~"#.utf8))
        #expect(json.count == #"{"id":120,"publish":{"channel":"c0","data":}}"#.utf8.count + size)
        #expect(JSONScanner.isValid(json))
        let protobuf = self.publish(.protobuf, payload: size)
        let data = protobuf.suffix(size)
        #expect(data.first == UInt8(ascii: "\"") && data.last == UInt8(ascii: "\""))
    }

    @Test func connectAndSubscribeGoInOneFrame() {
        let commands = ClientCommands(format: .json, token: "a\"b", payload: 128)
        let opening = String(decoding: commands.opening(channel: "c"), as: UTF8.self)
        #expect(
            opening == #"{"id":1,"connect":{"token":"a\"b","name":"skein-bench"}}"# + "\n"
                + #"{"id":2,"subscribe":{"channel":"c"}}"#
        )
        let position = ClientCommands.Position(epoch: "e", offset: 300)
        let again = commands.opening(channel: "c", recover: position, isRecoverable: true)
        #expect(
            String(decoding: again, as: UTF8.self).hasSuffix(
                #"{"channel":"c","recoverable":true,"recover":true,"epoch":"e","offset":300}}"#
            )
        )
    }

    @Test func connectAndSubscribeInProtobuf() {
        let position = ClientCommands.Position(epoch: "e1", offset: 300)
        let bytes = ClientCommands(format: .protobuf, token: "tok", payload: 128)
            .opening(channel: "news", recover: position)
        let subscribe: [UInt8] = [
            0x13, 8, 2, 0x2A, 0x0F, 0x0A, 4, 0x6E, 0x65, 0x77, 0x73, 0x18, 1, 0x32, 2, 0x65, 0x31, 0x38, 0xAC, 2,
        ]
        #expect(Array(bytes.suffix(subscribe.count)) == subscribe)
    }

    @Test(arguments: [0, 125, 126, 65_535, 65_536])
    func framesAreMaskedAndReadBack(_ size: Int) {
        let payload = (0..<size).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        var buffer = ByteBuffer(string: "before")
        ClientFrame.append(.text, payload, key: 0x0102_0304, to: &buffer)
        buffer.moveReaderIndex(forwardBy: 6)
        var decoder = FrameDecoder(limits: FrameLimits(maximumMessageSize: 1 << 20))
        decoder.append(buffer)
        #expect(decoder.next() == .text(ByteBuffer(bytes: payload)))
    }
}
