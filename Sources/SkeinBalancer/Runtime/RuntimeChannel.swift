/// Something that takes commands of HAProxy's Runtime API.
public protocol RuntimeChannel: Sendable {
    /// Runs one line, with its payload, and returns all that HAProxy says, whether success or error. Blocks.
    func run(_ command: String) throws(BalancerError) -> String
}
