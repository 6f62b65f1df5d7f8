import SkeinCore
import SkeinWire

/// Parts that several requests have.
extension JSONScanner {
    private enum PositionField: String, CaseIterable {
        case offset
        case epoch
    }

    private enum FlagField: String, CaseIterable {
        case value
    }

    private enum ChannelField: String, CaseIterable {
        case channel
    }

    private static let positionFields = JSONFields<PositionField>()
    private static let flagFields = JSONFields<FlagField>()
    private static let channelFields = JSONFields<ChannelField>()

    /// `{"offset":…,"epoch":…}`, both optional.
    mutating func apiPosition() throws(JSONError) -> StreamPosition {
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

    /// `{"value":true}`; nil without a value.
    mutating func apiFlag() throws(JSONError) -> Bool? {
        var flag: Bool?
        var object = try self.enterObject()
        while try self.nextField(of: Self.flagFields, in: &object) != nil { flag = try self.bool() }
        return flag
    }

    /// A request that is about a channel and nothing else; empty without one.
    mutating func apiChannel() throws(JSONError) -> String {
        var channel = ""
        var object = try self.enterObject()
        while try self.nextField(of: Self.channelFields, in: &object) != nil { channel = try self.string() }
        return channel
    }

    /// A request without members that matter.
    mutating func apiNothing() throws(JSONError) {
        var object = try self.enterObject()
        while try self.nextKey(in: &object) != nil { try self.skipValue() }
    }
}
