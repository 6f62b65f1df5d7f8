/// Turns an error of the server into a sentence that says what to change.
enum ServerRefusal {
    /// - Parameter command: connect, subscribe or publish.
    static func explain(
        _ command: String,
        _ failure: ServerReply.Failure,
        channel: String?
    ) -> BenchmarkFailure {
        let place = channel.map { " on channel \($0)" } ?? ""
        return BenchmarkFailure(
            "the server refused \(command)\(place): \(failure.code) \(failure.message)"
                + Self.remedy(command, failure.code)
        )
    }

    private static func remedy(_ command: String, _ code: UInt64) -> String {
        switch (code, command) {
        case (101, _): ": it wants to know who you are; pass --token (skein token signs one)"
        case (102, _): ": there is no such namespace; choose another --channel-prefix"
        case (103, "publish"):
            ": the rules of the channel do not let clients publish (channels.rules.publish: anyone,"
                + " and anonymous: true without --token), or pass --token"
        case (103, _):
            ": the rules of the channel do not let this client in (channels.rules.subscribe: anyone,"
                + " and anonymous: true without --token), or pass --token"
        case (106, _): ": a limit of the server; see its client limits"
        case (107, _): ": it takes the request for malformed; is --payload above its limit?"
        case (108, _): ": the channel does not have that"
        case (109, _), (110, _): ": the token is too old; sign a new one"
        case (111, _): ": fewer --handshakes, or a higher limit on the server"
        default: ""
        }
    }
}
