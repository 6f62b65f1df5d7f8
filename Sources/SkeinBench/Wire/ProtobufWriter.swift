/// Appends fields of protobuf messages; enough for the commands of the benchmark.
enum ProtobufWriter {
    /// A number.
    static func varint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A numeric field.
    static func field(_ number: UInt64, _ value: UInt64, to bytes: inout [UInt8]) {
        Self.varint(number << 3, to: &bytes)
        Self.varint(value, to: &bytes)
    }

    /// A text, bytes or embedded message.
    static func field(_ number: UInt64, _ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
        Self.varint(number << 3 | 2, to: &bytes)
        Self.varint(UInt64(value.count), to: &bytes)
        bytes.append(contentsOf: value)
    }
}
