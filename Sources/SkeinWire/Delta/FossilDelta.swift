/// Patches between two payloads, in the format of the Fossil version control system, which clients of the Centrifuge
/// protocol apply.
///
/// A patch is the size of the target, a list of operations and a checksum of the target:
///
/// ```
/// <size>\n  <count>@<offset>,  <count>:<bytes>  …  <checksum>;
/// ```
///
/// `@` copies from the base, `:` inserts what follows. Numbers are in base 64 (``FossilNumber``). The checksum is the
/// sum of the target's big-endian 32-bit words, modulo 2³².
///
/// Patches travel inside JSON strings, so an operation never divides a character: the patch between two UTF-8 texts
/// is UTF-8 itself.
public enum FossilDelta {
    /// What apply refuses to build, unless told otherwise: 16 MiB.
    public static let defaultMaximumSize = 1 << 24

    /// A patch that makes `target` of `base`.
    ///
    /// It can be longer than the target, by some ten bytes, when the two have nothing in common: compare before
    /// sending it. O(base + target).
    public static func create(from base: [UInt8], to target: [UInt8]) -> [UInt8] {
        var patch: [UInt8] = []
        patch.reserveCapacity(min(target.count, 256) + 32)
        FossilNumber.append(UInt32(truncatingIfNeeded: target.count), to: &patch)
        patch.append(UInt8(ascii: "\n"))
        base.withUnsafeBytes { base in
            target.withUnsafeBytes { target in
                var encoder = FossilEncoder(base: base, target: target)
                encoder.run(into: &patch)
                FossilNumber.append(Self.checksum(target), to: &patch)
            }
        }
        patch.append(UInt8(ascii: ";"))
        return patch
    }

    /// Makes the target of a base and a patch, and verifies it.
    ///
    /// - Throws: ``FossilDeltaError`` when the patch is damaged, was made for another base, or says that the target
    /// has more
    ///   than `maximumSize` bytes.
    public static func apply(
        _ delta: [UInt8],
        to base: [UInt8],
        maximumSize: Int = defaultMaximumSize
    ) throws(FossilDeltaError) -> [UInt8] {
        var reader = FossilReader(delta)
        let size = try reader.number()
        guard try reader.byte() == UInt8(ascii: "\n") else { throw .malformed }
        guard size <= maximumSize else { throw .tooLarge }
        var target: [UInt8] = []
        // The size is a claim: room grows with what operations deliver.
        target.reserveCapacity(min(size, base.count + delta.count))
        while true {
            let number = try reader.number()
            switch try reader.byte() {
            case UInt8(ascii: "@"):
                let offset = try reader.number()
                guard try reader.byte() == UInt8(ascii: ","), offset <= base.count, number <= base.count - offset,
                    number <= size - target.count
                else { throw .malformed }
                target += base[offset..<offset + number]
            case UInt8(ascii: ":"):
                guard number <= size - target.count else { throw .malformed }
                target += try reader.bytes(number)
            case UInt8(ascii: ";"):
                guard reader.isAtEnd, target.count == size else { throw .malformed }
                guard Int(target.withUnsafeBytes(Self.checksum)) == number else { throw .checksumMismatch }
                return target
            default: throw .malformed
            }
        }
    }

    /// The sum of the big-endian words, the last one filled up with zeros.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum: UInt32 = 0
        var index = 0
        while bytes.count - index >= 4 {
            sum &+= UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            index += 4
        }
        var shift: UInt32 = 24
        while index < bytes.count {
            sum &+= UInt32(bytes[index]) << shift
            shift &-= 8
            index += 1
        }
        return sum
    }
}
