import NIOCore
import SkeinCore
import SkeinTransport
import SkeinWire

/// The methods of `rpc` that every node has.
enum BuiltInMethods {
    static var table: RPCTable {
        var table = RPCTable()
        table.register("skein.whoami") { _, caller in
            var buffer = ByteBuffer()
            JSONWriter.append(to: &buffer) { writer in
                writer.beginObject()
                writer.key("client")
                writer.string(caller.info.client)
                writer.key("user")
                writer.string(caller.info.user)
                writer.key("node")
                writer.string(caller.policy.node)
                writer.key("version")
                writer.string(caller.policy.version)
                writer.endObject()
            }
            return .success(Array(buffer.readableBytesView))
        }
        return table
    }
}
