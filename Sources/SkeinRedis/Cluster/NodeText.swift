import NIOCore
import SkeinCluster

/// How a node's description and statistics lie in the registry: fields, so that nodes of two versions can read each other.
enum NodeText {
    private enum Tag {
        static let address: UInt8 = 1
        static let version: UInt8 = 2
        static let weight: UInt8 = 3
        static let zone: UInt8 = 4
        static let clients: UInt8 = 1
        static let users: UInt8 = 2
        static let subscriptions: UInt8 = 3
        static let channels: UInt8 = 4
        static let uptime: UInt8 = 5
    }

    static func encode(_ description: NodeDescription) -> ByteBuffer {
        var writer = FieldWriter()
        writer.write(description.address, tag: Tag.address)
        writer.write(description.version, tag: Tag.version)
        writer.write(UInt64(clamping: description.weight), tag: Tag.weight)
        writer.write(description.zone, tag: Tag.zone)
        return writer.message
    }

    static func encode(_ statistics: NodeStatistics) -> ByteBuffer {
        var writer = FieldWriter()
        writer.write(UInt64(clamping: statistics.clients), tag: Tag.clients)
        writer.write(UInt64(clamping: statistics.users), tag: Tag.users)
        writer.write(UInt64(clamping: statistics.subscriptions), tag: Tag.subscriptions)
        writer.write(UInt64(clamping: statistics.channels), tag: Tag.channels)
        writer.write(UInt64(clamping: statistics.uptime), tag: Tag.uptime)
        return writer.message
    }

    /// A description; what is missing or unreadable is empty.
    static func decodeDescription(_ bytes: [UInt8]) -> NodeDescription {
        var description = NodeDescription(address: "", version: "")
        guard let reader = FieldReader(ByteBuffer(bytes: bytes)) else { return description }
        for field in reader {
            switch field.tag {
            case Tag.address: description.address = field.text ?? ""
            case Tag.version: description.version = field.text ?? ""
            case Tag.weight: description.weight = Int(clamping: field.number ?? 0)
            case Tag.zone: description.zone = field.text ?? ""
            default: continue
            }
        }
        return description
    }

    /// Statistics; what is missing or unreadable is 0.
    static func decodeStatistics(_ bytes: [UInt8]) -> NodeStatistics {
        var statistics = NodeStatistics()
        guard let reader = FieldReader(ByteBuffer(bytes: bytes)) else { return statistics }
        for field in reader {
            let number = Int(clamping: field.number ?? 0)
            switch field.tag {
            case Tag.clients: statistics.clients = number
            case Tag.users: statistics.users = number
            case Tag.subscriptions: statistics.subscriptions = number
            case Tag.channels: statistics.channels = number
            case Tag.uptime: statistics.uptime = number
            default: continue
            }
        }
        return statistics
    }
}
