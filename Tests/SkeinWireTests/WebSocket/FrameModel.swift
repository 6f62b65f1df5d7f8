import NIOCore
import SkeinCore
import SkeinWire

/// The rules of RFC 6455 over whole frames, without bytes, reads or speed: what the decoder is compared with.
struct FrameModel {
    let limits: FrameLimits
    private(set) var events: [FrameEvent] = []
    private var message: (opcode: UInt8, payload: [UInt8], frames: Int)?
    private var isFinished = false

    init(limits: FrameLimits) {
        self.limits = limits
    }

    mutating func receive(_ frame: ClientFrame) {
        if self.isFinished { return }
        if let kind = self.violation(frame) {
            self.events.append(.failure(kind))
            self.isFinished = true
        } else if frame.opcode >= 8 {
            self.receiveControl(frame)
        } else {
            self.receiveData(frame)
        }
    }

    private func violation(_ frame: ClientFrame) -> FrameError.Kind? {
        if frame.reserved != 0 { return .reservedBits }
        if ![0, 1, 2, 8, 9, 10].contains(frame.opcode) { return .opcode }
        if !frame.isMasked { return .mask }
        if frame.opcode >= 8 {
            return !frame.isFinal || frame.payload.count > 125 || frame.lengthForm != .shortest ? .controlFrame : nil
        }
        if frame.lengthForm == .sixteenBits && frame.payload.count < 126 { return .length }
        if frame.lengthForm == .sixtyFourBits && frame.payload.count < 65_536 { return .length }
        if (frame.opcode == 0) != (self.message != nil) { return .continuation }
        if (self.message?.payload.count ?? 0) + frame.payload.count > self.limits.maximumMessageSize {
            return .messageTooBig
        }
        return (self.message?.frames ?? 0) + 1 > self.limits.maximumFragments ? .tooManyFragments : nil
    }

    private mutating func receiveControl(_ frame: ClientFrame) {
        let payload = frame.payload
        guard frame.opcode == 8 else {
            self.events.append(frame.opcode == 9 ? .ping(.init(bytes: payload)) : .pong(.init(bytes: payload)))
            return
        }
        self.isFinished = true
        guard let high = payload.first else {
            self.events.append(.close(nil))
            return
        }
        let code = payload.count > 1 ? UInt16(high) << 8 | UInt16(payload[1]) : 0
        let valid: [ClosedRange<UInt16>] = [1000...1003, 1007...1014, 3000...4999]
        if !valid.contains(where: { $0.contains(code) }) {
            self.events.append(.failure(.closeBody))
        } else if let reason = String(validating: payload.dropFirst(2), as: UTF8.self) {
            self.events.append(.close(DisconnectCode(code, reason)))
        } else {
            self.events.append(.failure(.utf8))
        }
    }

    private mutating func receiveData(_ frame: ClientFrame) {
        var message = self.message ?? (frame.opcode, [], 0)
        message.payload += frame.payload
        message.frames += 1
        let isValid =
            message.opcode == 2
            || (frame.isFinal
                ? String(validating: message.payload, as: UTF8.self) != nil : UTF8Case.canContinue(message.payload))
        if !isValid {
            self.events.append(.failure(.utf8))
            self.isFinished = true
        } else if frame.isFinal {
            self.message = nil
            let payload = ByteBuffer(bytes: message.payload)
            self.events.append(message.opcode == 1 ? .text(payload) : .binary(payload))
        } else {
            self.message = message
        }
    }
}
