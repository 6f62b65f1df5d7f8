/// The functions that run inside Redis (Redis 7, FUNCTION LOAD).
///
/// The library's name carries a hash of its text, so that nodes of two versions find their own functions on one Redis, and a text that
/// changed without anybody thinking of a version is another library all the same.
struct RedisFunctions: Sendable {
    /// The text to load.
    let library: String
    let publish: [UInt8]
    let history: [UInt8]
    let recover: [UInt8]
    let forget: [UInt8]
    let enter: [UInt8]
    let leave: [UInt8]
    let join: [UInt8]
    let beat: [UInt8]
    let resign: [UInt8]
    let claim: [UInt8]
    let swept: [UInt8]
    let nodes: [UInt8]

    /// Reads the text that is part of this program. O(text), once for a node.
    init() {
        let source = String(decoding: PackageResources.skein_lua, as: UTF8.self)
        let name = "skein_" + String(Self.hash(source), radix: 16)
        self.library = source.split(separator: "@SKEIN@", omittingEmptySubsequences: false).joined(separator: name)
        func function(_ suffix: String) -> [UInt8] { Array("\(name)_\(suffix)".utf8) }
        self.publish = function("publish")
        self.history = function("history")
        self.recover = function("recover")
        self.forget = function("forget")
        self.enter = function("enter")
        self.leave = function("leave")
        self.join = function("join")
        self.beat = function("beat")
        self.resign = function("resign")
        self.claim = function("claim")
        self.swept = function("swept")
        self.nodes = function("nodes")
    }

    /// FNV-1a, 64 bits: the same in every process, unlike `Hasher`.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension RESPCommandWriter {
    /// Begins `FCALL function numkeys key…`, with that many arguments to follow.
    mutating func call(_ function: [UInt8], keys: [String], arguments: Int) {
        self.begin(3 + keys.count + arguments)
        self.append("FCALL" as StaticString)
        self.append(function)
        self.append(keys.count)
        for key in keys { self.append(key) }
    }

    /// Appends milliseconds; less than one counts as one unless it is zero.
    mutating func append(milliseconds duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        self.append(overflow ? Int(Int32.max) * 1000 : Int(whole) + Int(rest))
    }
}
