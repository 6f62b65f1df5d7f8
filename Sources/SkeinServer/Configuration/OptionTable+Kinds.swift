/// One method for each kind of field. A value of another kind never arrives, because the option's own kind parsed
/// it; it would be ignored.
extension OptionTable {
    typealias Field<Value> = any WritableKeyPath<Root, Value> & Sendable

    mutating func duration(
        _ key: String,
        _ field: Field<Duration>,
        _ range: ClosedRange<Duration>,
        _ documentation: String,
        _ traits: OptionTraits = []
    ) {
        self.add(key, .duration(range), documentation, traits) {
            .duration($0[keyPath: field])
        } write: { root, value in
            if case .duration(let duration) = value { root[keyPath: field] = duration }
        }
    }

    mutating func size(
        _ key: String,
        _ field: Field<Int>,
        _ range: ClosedRange<Int>,
        _ documentation: String,
        _ traits: OptionTraits = []
    ) {
        self.integer(key, field, .size(range), documentation, traits)
    }

    mutating func count(
        _ key: String,
        _ field: Field<Int>,
        _ range: ClosedRange<Int>,
        _ documentation: String,
        _ traits: OptionTraits = []
    ) {
        self.integer(key, field, .count(range), documentation, traits)
    }

    mutating func boolean(
        _ key: String,
        _ field: Field<Bool>,
        _ documentation: String,
        _ traits: OptionTraits = []
    ) {
        self.add(key, .boolean, documentation, traits) {
            .boolean($0[keyPath: field])
        } write: { root, value in
            if case .boolean(let flag) = value { root[keyPath: field] = flag }
        }
    }

    mutating func text(
        _ key: String,
        _ field: Field<String>,
        _ documentation: String,
        _ traits: OptionTraits = [],
        kind: ConfigurationKind = .text
    ) {
        self.add(key, kind, documentation, traits) {
            .text($0[keyPath: field])
        } write: { root, value in
            if case .text(let text) = value { root[keyPath: field] = text }
        }
    }

    mutating func secret(_ key: String, _ field: Field<Secret>, _ documentation: String, _ traits: OptionTraits = []) {
        self.add(key, .text, documentation, traits.union(.secret)) {
            .text($0[keyPath: field].revealed)
        } write: { root, value in
            if case .text(let text) = value { root[keyPath: field] = Secret(text) }
        }
    }

    mutating func list(
        _ key: String,
        _ field: Field<[String]>,
        _ documentation: String,
        _ traits: OptionTraits = []
    ) {
        self.add(key, .list, documentation, traits) {
            .list($0[keyPath: field])
        } write: { root, value in
            if case .list(let items) = value { root[keyPath: field] = items }
        }
    }

    mutating func secrets(_ key: String, _ field: Field<[Secret]>, _ documentation: String, _ traits: OptionTraits = [])
    {
        self.add(key, .list, documentation, traits.union(.secret)) {
            .list($0[keyPath: field].map(\.revealed))
        } write: { root, value in
            if case .list(let items) = value { root[keyPath: field] = items.map(Secret.init) }
        }
    }

    /// One of the cases of an enumeration; `except` leaves out a case that the field's type has and the option has not.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
        _ key: String,
        _ field: Field<Value>,
        _ documentation: String,
        _ traits: OptionTraits = [],
        except: Value? = nil
    ) {
        let words = Value.allCases.filter { $0 != except }.map(\.rawValue)
        self.add(key, .choice(words), documentation, traits) {
            .text($0[keyPath: field].rawValue)
        } write: { root, value in
            guard case .text(let word) = value, let chosen = Value(rawValue: word) else { return }
            root[keyPath: field] = chosen
        }
    }

    mutating func port(
        _ key: String,
        _ field: Field<Configuration.Port>,
        canShare: Bool,
        _ documentation: String
    ) {
        self.add(key, .port(canShare: canShare), documentation, []) { root in
            switch root[keyPath: field] {
            case .number(let number): .integer(number)
            case .shared: .text(ConfigurationKind.sharedPort)
            }
        } write: { root, value in
            if case .integer(let number) = value {
                root[keyPath: field] = .number(number)
            } else {
                root[keyPath: field] = .shared
            }
        }
    }

    private mutating func integer(
        _ key: String,
        _ field: Field<Int>,
        _ kind: ConfigurationKind,
        _ documentation: String,
        _ traits: OptionTraits
    ) {
        self.add(key, kind, documentation, traits) {
            .integer($0[keyPath: field])
        } write: { root, value in
            if case .integer(let number) = value { root[keyPath: field] = number }
        }
    }
}
