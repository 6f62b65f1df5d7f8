import Yams

/// Reads a YAML file into a layer. Every key is checked against the schema here, because only the tree knows the lines.
extension ConfigurationLayer {
    /// `origin` makes the origin of a value from its line.
    init(yaml: String, name: String, origin: (Int) -> ConfigurationOrigin) {
        self.init(name: name)
        do {
            guard let root = try Yams.Parser(yaml: yaml).singleRoot() else { return }
            self.read(root, at: ConfigurationPath([]), origin: origin)
        } catch {
            self.problems.append(Self.sentence(for: error, origin: origin))
        }
    }

    private mutating func read(_ node: Node, at path: ConfigurationPath, origin: (Int) -> ConfigurationOrigin) {
        if Self.isNull(node) { return }
        guard let mapping = node.mapping else {
            let place = origin(node.mark?.line ?? 0)
            if path.components.isEmpty {
                self.problems.append("\(place): write a mapping of keys, such as \"client:\".")
            } else {
                self.report(path, place, "write a section with keys of its own here, not a value")
            }
            return
        }
        for (key, value) in mapping {
            let place = origin(key.mark?.line ?? 0)
            guard let text = key.scalar?.string else {
                self.problems.append("\(place): a key must be a plain word.")
                continue
            }
            self.read(value, at: path.appending(text), place, origin: origin)
        }
    }

    private mutating func read(
        _ node: Node,
        at path: ConfigurationPath,
        _ place: ConfigurationOrigin,
        origin: (Int) -> ConfigurationOrigin
    ) {
        if let option = ConfigurationSchema.option(at: path) {
            self.read(node, for: option, at: path, place)
        } else if ConfigurationSchema.isSection(path) {
            if path.pattern != path, let refusal = ConfigurationSchema.refusal(ofNameIn: path) {
                return self.report(path, place, refusal)
            }
            self.mention(path)
            self.read(node, at: path, origin: origin)
        } else {
            self.reportUnknown(path, place)
        }
    }

    private mutating func read(
        _ node: Node,
        for option: ConfigurationOption,
        at path: ConfigurationPath,
        _ place: ConfigurationOrigin
    ) {
        if Self.isNull(node) {
            return self.report(path, place, "has no value; write one, or remove the line to get the default")
        }
        if option.kind == .list {
            let items = node.sequence?.compactMap { $0.scalar?.string }
            guard let items, items.count == node.sequence?.count else {
                return self.report(path, place, "write a list of texts, such as [\"one\", \"two\"]")
            }
            self.set(path, to: Entry(texts: items, isList: true, origin: place))
        } else {
            guard let scalar = node.scalar else {
                return self.report(path, place, "write a single value (\(option.kind.summary)), not a list or section")
            }
            self.set(path, to: Entry(texts: [scalar.string], isList: false, origin: place))
        }
    }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null"
    }

    /// The parser's own descriptions quote lines of the file, which may hold secrets.
    private static func sentence(for error: any Error, origin: (Int) -> ConfigurationOrigin) -> String {
        guard let error = error as? YamlError else { return "\(origin(0)): is not YAML." }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "\(origin(mark.line)): is not YAML (\(problem), column \(mark.column))."
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.joined(separator: ", ")
            return "\(origin(context.mark.line)): \(keys) is written twice in the same section; keep one."
        case .reader(let problem, _, _, _):
            return "\(origin(0)): is not YAML (\(problem))."
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return "\(origin(0)): is not YAML."
        }
    }
}
