extension FaultProxy {
    /// What goes wrong in one direction of a connection. ``cut`` and ``reset`` end the connection; ``halfClose`` ends
    /// its direction; each of the others replaces the one before and lasts until ``FaultProxy/heal(on:)``.
    public enum Fault: Sendable, Hashable {
        /// Both sides see the end of the stream (FIN), after all that was forwarded and without what was held back.
        /// With an offset, the far side gets exactly that many bytes: a frame ends in its middle. What the sides
        /// still send is swallowed, and the connection is gone when they have closed in their turn, as everybody does
        /// who reads an end; nothing that was forwarded gets lost to a reset on the way.
        case cut
        /// Both sides see a reset (RST). It overtakes what the far side has not read yet, as resets do.
        case reset
        /// The far side sees the end of the stream (FIN) and what follows in this direction is swallowed; the other
        /// direction goes on.
        case halfClose
        /// Nothing is forwarded, nothing is lost: ``FaultProxy/heal(on:)`` sends on what was held. With `reading` the
        /// proxy goes on taking bytes, so that their sender notices nothing; without it the sender's own buffers fill
        /// up. (When the sender ends its stream, the rest of it is taken anyway.)
        case stall(reading: Bool = true)
        /// Bytes are swallowed for good. The connection stays open, also when the sender ends it: the far side learns
        /// of that after ``FaultProxy/heal(on:)``.
        case blackhole
        /// At most so many bytes (at least 1) leave in one segment, and something else gets its turn before the next.
        case dribble(Int)
        /// Bytes and the end of the stream leave this long after they came, plus between nothing and `jitter`, drawn
        /// anew for each read from the sequence of the proxy's seed. Their order stays.
        case delay(Duration, jitter: Duration = .zero)
    }
}
