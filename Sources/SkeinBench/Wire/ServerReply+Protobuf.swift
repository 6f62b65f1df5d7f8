/// Replies in protobuf; numbers of fields as in `client.proto`.
extension ServerReply {
    /// Reads one message; members that are not understood are left out.
    init(protobuf bytes: UnsafeRawBufferPointer) {
        var fields = ProtobufFields(bytes)
        while let field = fields.next() {
            switch field.number {
            case 1: self.id = field.value
            case 2: self.failure = Self.failure(field.bytes)
            case 4: self.readPush(field.bytes)
            case 5: self.wantsPong = Self.number(8, in: field.bytes) == 1
            case 6: self.subscription = Self.subscription(field.bytes)
            default: break
            }
        }
    }

    private mutating func readPush(_ bytes: UnsafeRawBufferPointer) {
        var fields = ProtobufFields(bytes)
        while let field = fields.next() {
            if field.number == 4 { self.publicationOffset = Self.number(6, in: field.bytes) }
            if field.number == 7 { self.isUnsubscribe = true }
        }
    }

    private static func failure(_ bytes: UnsafeRawBufferPointer) -> Failure {
        var failure = Failure()
        var fields = ProtobufFields(bytes)
        while let field = fields.next() {
            switch field.number {
            case 1: failure.code = field.value
            case 2: failure.message = field.text
            case 3: failure.isTemporary = field.value == 1
            default: break
            }
        }
        return failure
    }

    private static func subscription(_ bytes: UnsafeRawBufferPointer) -> Subscription {
        var subscription = Subscription()
        var fields = ProtobufFields(bytes)
        while let field = fields.next() {
            switch field.number {
            case 3: subscription.recoverable = field.value == 1
            case 6: subscription.epoch = field.text
            case 8: subscription.recovered = field.value == 1
            case 9: subscription.offset = field.value
            default: break
            }
        }
        return subscription
    }

    private static func number(_ number: UInt64, in bytes: UnsafeRawBufferPointer) -> UInt64? {
        var fields = ProtobufFields(bytes)
        while let field = fields.next() {
            if field.number == number { return field.value }
        }
        return nil
    }
}
