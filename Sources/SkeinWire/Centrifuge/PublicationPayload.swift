/// The form of a publication's payload: which one a subscriber gets depends on whether it was granted deltas.
public enum PublicationPayload: Sendable, Equatable {
    /// The payload itself; the only form for subscribers without deltas.
    case plain
    /// The whole payload for a subscriber with deltas: in JSON a string that contains it.
    case deltaFull
    /// A patch against the publication before (``FossilDelta``): in JSON a string that contains it.
    case deltaPatch([UInt8])

    /// Bytes of the patch; 0 for the forms without one.
    var patchLength: Int {
        if case .deltaPatch(let patch) = self { patch.count } else { 0 }
    }
}
