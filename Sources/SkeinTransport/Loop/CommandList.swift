import SkeinCore

/// The list that a session of the loop fills while it reads; one is enough, since one session reads at a time. Confined to its loop.
struct CommandList {
    /// A list that has grown beyond this, by a frame of many commands, is let go.
    private static let keptCapacity = 256

    private var commands: [Command] = []

    /// An empty list.
    mutating func take() -> [Command] {
        var taken: [Command] = []
        swap(&taken, &self.commands)
        return taken
    }

    /// Keeps the memory of a list, which is empty now, for the next read.
    mutating func give(_ commands: inout [Command]) {
        if commands.capacity <= Self.keptCapacity { swap(&commands, &self.commands) }
    }
}
