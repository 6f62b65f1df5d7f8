/// The names that an object is read by: one case of an enum for each, its raw value the name on the wire.
///
/// Names are compared as bytes, three machine words at once, so the order of cases does not matter. Make one table
/// per enum and keep it (`static let`).
///
/// ```swift
/// enum Field: String, CaseIterable { case channel, joinLeave = "join_leave" }
/// static let fields = JSONFields<Field>()
/// ```
public struct JSONFields<Field: RawRepresentable & CaseIterable & Sendable>: Sendable where Field.RawValue == String {
    private let entries: [(name: JSONName, field: Field)]

    /// Packs the names of all cases. A name longer than 24 bytes or more than 64 of them is a defect of the program.
    public init() {
        self.init(only: Array(Field.allCases))
    }

    /// Packs the names of some cases; the others are skipped like any unknown name.
    public init(only fields: [Field]) {
        self.entries = fields.map { field in
            guard let name = JSONName(field.rawValue) else {
                preconditionFailure("JSON field name too long: \(field.rawValue)")
            }
            return (name, field)
        }
        precondition(self.entries.count <= UInt64.bitWidth, "too many JSON fields")
    }

    /// The field of that name and its place in the table; nil for a name that is not in the table. O(fields).
    func find(_ name: JSONName) -> (field: Field, index: Int)? {
        for index in self.entries.indices where self.entries[index].name == name {
            return (self.entries[index].field, index)
        }
        return nil
    }
}
