/// A place inside an object or array that a ``JSONScanner`` has entered.
///
/// Made by ``JSONScanner/enterObject()`` and ``JSONScanner/enterArray()``, passed back for each step, and finished
/// when a step answers nil or false.
public struct JSONContainer {
    /// No member has been read yet, so no comma is due.
    var isAtStart = true
    /// One bit for each field of a ``JSONFields`` table that has been seen.
    var seen: UInt64 = 0
}
