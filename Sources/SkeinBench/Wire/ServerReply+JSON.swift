import SkeinWire

/// Replies in JSON.
extension ServerReply {
    private enum Field: String, CaseIterable { case id, error, connect, subscribe, push, pub, unsubscribe }
    private enum ErrorField: String, CaseIterable { case code, message, temporary }
    private enum ResultField: String, CaseIterable { case pong, recoverable, recovered, epoch, offset }
    private static let fields = JSONFields<Field>()
    private static let errorFields = JSONFields<ErrorField>()
    private static let resultFields = JSONFields<ResultField>()

    /// Reads one text; nil when it is no JSON object.
    init?(json bytes: UnsafeRawBufferPointer) {
        do throws(JSONError) {
            self = try JSONScanner.scan(Array(bytes)) { (scanner) throws(JSONError) in
                var reply = ServerReply()
                try reply.read(&scanner)
                return reply
            }
        } catch {
            return nil
        }
    }

    private mutating func read(_ scanner: inout JSONScanner) throws(JSONError) {
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.fields, in: &object) {
            switch field {
            case .id: self.id = try scanner.uint64()
            case .error: self.failure = try Self.failure(&scanner)
            case .push: try self.read(&scanner)
            case .pub: self.publicationOffset = try Self.result(&scanner).subscription.offset
            case .connect: self.wantsPong = try Self.result(&scanner).wantsPong
            case .subscribe: self.subscription = try Self.result(&scanner).subscription
            case .unsubscribe:
                self.isUnsubscribe = true
                try scanner.skipValue()
            }
        }
    }

    private static func failure(_ scanner: inout JSONScanner) throws(JSONError) -> Failure {
        var failure = Failure()
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.errorFields, in: &object) {
            switch field {
            case .code: failure.code = try scanner.uint64()
            case .message: failure.message = try scanner.string()
            case .temporary: failure.isTemporary = try scanner.bool()
            }
        }
        return failure
    }

    /// The members of answers and publications that matter; they have different names, so that one reader does.
    private static func result(
        _ scanner: inout JSONScanner
    ) throws(JSONError) -> (subscription: Subscription, wantsPong: Bool) {
        var subscription = Subscription()
        var wantsPong = false
        var object = try scanner.enterObject()
        while let field = try scanner.nextField(of: Self.resultFields, in: &object) {
            switch field {
            case .pong: wantsPong = try scanner.bool()
            case .recoverable: subscription.recoverable = try scanner.bool()
            case .recovered: subscription.recovered = try scanner.bool()
            case .epoch: subscription.epoch = try scanner.string()
            case .offset: subscription.offset = try scanner.uint64()
            }
        }
        return (subscription, wantsPong)
    }
}
