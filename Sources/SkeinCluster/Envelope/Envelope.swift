/// The binary form in which the events of a channel travel between nodes and lie in a stream.
///
/// Whoever may write to the bus of a cluster may write anything, so that decoding trusts nothing: it copies what it has
/// seen to be there and gives nil for the rest. There are no names of types and nothing is evaluated. An event has one
/// form only: what decodes is encoded to the same bytes again, which is what the fuzz tests compare.
///
/// All integers are big endian, all texts UTF-8:
///
///     envelope   = version(u8) kind(u8) content
///     live       = body                                                                 kind 1
///     positioned = offset(u64) time(u64, ms) epoch_length(u8) epoch body                kind 2
///     join       = info                                                                 kind 3
///     leave      = info                                                                 kind 4
///     body       = flags(u8) [info_length(u32) info] [tags] [sized excluded client] data, which is the rest
///     tags       = tag_count(u32, at least 1) (sized key, sized value)*
///     info       = sized user, sized client, flags(u8) [sized connection info] [sized channel info]
///     sized x    = length(u32) x
///     entry      = time(u64, ms) body
///
/// The functions inside Redis put the head of a positioned envelope in front of a body, which they do not look into;
/// they rely on the first four lines and on the form of an entry. A reader that meets a flag it does not know cannot
/// tell where the data starts and gives up: nodes get a new kind or version before they get a new flag.
///
/// Nothing is counted in fewer than four bytes apart from the epoch, which a broker makes: a backend can send more
/// than 65,535 tags in one request, but not four gigabytes.
public enum Envelope {
    /// The only version there has been.
    static let version: UInt8 = 1

    /// What an envelope holds.
    enum Kind: UInt8 {
        case live = 1
        case positioned = 2
        case join = 3
        case leave = 4
    }

    /// Which parts a body has, besides the data.
    struct BodyFlags: OptionSet {
        let rawValue: UInt8

        static let allowsDelta = Self(rawValue: 1 << 0)
        static let info = Self(rawValue: 1 << 1)
        static let tags = Self(rawValue: 1 << 2)
        static let excludedClient = Self(rawValue: 1 << 3)
        static let known: Self = [.allowsDelta, .info, .tags, .excludedClient]
    }

    /// Which parts an info has, besides the user and the client.
    struct InfoFlags: OptionSet {
        let rawValue: UInt8

        static let connectionInfo = Self(rawValue: 1 << 0)
        static let channelInfo = Self(rawValue: 1 << 1)
        static let known: Self = [.connectionInfo, .channelInfo]
    }
}
