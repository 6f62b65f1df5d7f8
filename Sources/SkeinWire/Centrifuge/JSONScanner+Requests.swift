import SkeinCore

/// The content of each command.
extension JSONScanner {
    private enum ConnectField: String, CaseIterable {
        case token
        case data
        case name
        case version
        case subs
    }

    private enum SubscribeField: String, CaseIterable {
        case channel
        case token
        case recover
        case epoch
        case offset
        case data
        case positioned
        case recoverable
        case joinLeave = "join_leave"
        case delta
        case tagFilter = "tf"
        case flag
        case type
    }

    private enum HistoryField: String, CaseIterable {
        case channel
        case limit
        case since
        case reverse
    }

    private enum PositionField: String, CaseIterable {
        case offset
        case epoch
    }

    /// The fields of the requests that combine a channel, a token, a method and a payload.
    private enum PlainField: String, CaseIterable {
        case channel
        case token
        case method
        case data
    }

    private static let connectFields = JSONFields<ConnectField>()
    private static let subscribeFields = JSONFields<SubscribeField>()
    private static let historyFields = JSONFields<HistoryField>()
    private static let positionFields = JSONFields<PositionField>()
    private static let publishFields = JSONFields<PlainField>(only: [.channel, .data])
    private static let rpcFields = JSONFields<PlainField>(only: [.method, .data])
    private static let subRefreshFields = JSONFields<PlainField>(only: [.channel, .token])
    private static let channelFields = JSONFields<PlainField>(only: [.channel])
    private static let tokenFields = JSONFields<PlainField>(only: [.token])
    private static let payloadFields = JSONFields<PlainField>(only: [.data])
    private static let noFields = JSONFields<PlainField>(only: [])

    mutating func connectRequest() throws(JSONError) -> ConnectRequest {
        var request = ConnectRequest()
        var object = try self.enterObject()
        while let field = try self.nextField(of: Self.connectFields, in: &object) {
            switch field {
            case .token: request.token = try self.string()
            case .data: request.data = try self.rawValue()
            case .name: request.name = try self.string()
            case .version: request.version = try self.string()
            case .subs: request.subs = try self.rememberedSubscriptions()
            }
        }
        return request
    }

    private mutating func rememberedSubscriptions() throws(JSONError) -> [ChannelName: SubscribeRequest] {
        var subscriptions: [ChannelName: SubscribeRequest] = [:]
        var object = try self.enterObject()
        while let name = try self.nextKey(in: &object) {
            let start = self.position
            if try self.skipNull() { continue }
            guard subscriptions.count < ConnectRequest.maximumSubscriptions else {
                throw JSONError(.typeMismatch, at: start)
            }
            guard subscriptions.updateValue(try self.subscribeRequest(), forKey: ChannelName(name)) == nil else {
                throw JSONError(.duplicateKey, at: start)
            }
        }
        return subscriptions
    }

    mutating func subscribeRequest() throws(JSONError) -> SubscribeRequest {
        var request = SubscribeRequest()
        var object = try self.enterObject()
        while let field = try self.nextField(of: Self.subscribeFields, in: &object) {
            switch field {
            case .channel: request.channel = ChannelName(try self.string())
            case .token: request.token = try self.string()
            case .recover: request.recover = try self.bool()
            case .epoch: request.position.epoch = try self.string()
            case .offset: request.position.offset = try self.uint64()
            case .data: request.data = try self.rawValue()
            case .positioned: request.positioned = try self.bool()
            case .recoverable: request.recoverable = try self.bool()
            case .joinLeave: request.joinLeave = try self.bool()
            case .delta: request.delta = try self.string()
            case .tagFilter:
                try self.skipValue()
                request.hasTagFilter = true
            case .flag: request.flag = try self.uint64()
            case .type: request.type = try self.int32()
            }
        }
        return request
    }

    mutating func historyRequest() throws(JSONError) -> HistoryRequest {
        var request = HistoryRequest(channel: ChannelName(""))
        var object = try self.enterObject()
        while let field = try self.nextField(of: Self.historyFields, in: &object) {
            switch field {
            case .channel: request.channel = ChannelName(try self.string())
            case .limit: request.limit = try self.int32()
            case .since: request.since = try self.streamPosition()
            case .reverse: request.reverse = try self.bool()
            }
        }
        return request
    }

    private mutating func streamPosition() throws(JSONError) -> StreamPosition {
        var position = StreamPosition(offset: 0, epoch: "")
        var object = try self.enterObject()
        while let field = try self.nextField(of: Self.positionFields, in: &object) {
            switch field {
            case .offset: position.offset = try self.uint64()
            case .epoch: position.epoch = try self.string()
            }
        }
        return position
    }

    mutating func publishRequest() throws(JSONError) -> PublishRequest {
        let request = try self.plainRequest(Self.publishFields)
        return PublishRequest(channel: ChannelName(request.channel), data: request.data)
    }

    mutating func rpcRequest() throws(JSONError) -> RPCRequest {
        let request = try self.plainRequest(Self.rpcFields)
        return RPCRequest(method: request.method, data: request.data)
    }

    mutating func subRefreshRequest() throws(JSONError) -> SubRefreshRequest {
        let request = try self.plainRequest(Self.subRefreshFields)
        return SubRefreshRequest(channel: ChannelName(request.channel), token: request.token)
    }

    mutating func channelRequest() throws(JSONError) -> ChannelName {
        ChannelName(try self.plainRequest(Self.channelFields).channel)
    }

    mutating func tokenRequest() throws(JSONError) -> String {
        try self.plainRequest(Self.tokenFields).token
    }

    mutating func payloadRequest() throws(JSONError) -> [UInt8] {
        try self.plainRequest(Self.payloadFields).data
    }

    mutating func emptyRequest() throws(JSONError) {
        _ = try self.plainRequest(Self.noFields)
    }

    private mutating func plainRequest(_ fields: JSONFields<PlainField>) throws(JSONError) -> PlainRequest {
        var request = PlainRequest()
        var object = try self.enterObject()
        while let field = try self.nextField(of: fields, in: &object) {
            switch field {
            case .channel: request.channel = try self.string()
            case .token: request.token = try self.string()
            case .method: request.method = try self.string()
            case .data: request.data = try self.rawValue()
            }
        }
        return request
    }

    /// What a request of plain fields can hold; each takes the ones it has.
    private struct PlainRequest {
        var channel = ""
        var token = ""
        var method = ""
        var data: [UInt8] = []
    }
}
