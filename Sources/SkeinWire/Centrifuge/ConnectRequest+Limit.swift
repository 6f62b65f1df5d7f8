import SkeinCore

extension ConnectRequest {
    /// How many positions of server-side subscriptions a client may send. An entry of a few bytes becomes a value of
    /// hundreds, so the number bounds what a frame can allocate; no session has as many channels.
    static var maximumSubscriptions: Int { 1024 }
}
