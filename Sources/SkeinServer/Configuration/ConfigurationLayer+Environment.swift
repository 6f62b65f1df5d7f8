/// Finds out which options the variables of the environment name.
///
/// A variable name does not say where the name of a namespace or a token key ends. A name that another source mentions
/// wins; otherwise the longest key that fits at the end is taken and the rest, in lower case, is the name.
extension ConfigurationLayer {
    /// Variables that start with `SKEIN_`. `known` are the names in the other sources.
    init(environment: [String: String], known: Set<ConfigurationPath>) {
        self.init(name: "environment")
        let fixed = Self.variables(knowing: known)
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("SKEIN_") && name != Self.fileVariable {
            let origin = ConfigurationOrigin.environment(name)
            if let paths = fixed[name] {
                guard paths.count == 1 else {
                    self.problems.append("\(name): could mean \(Self.sentence(paths)); set it in the file.")
                    continue
                }
                self.add(paths[0], value, origin)
            } else if let path = Self.namedPath(name) {
                self.add(path, value, origin)
            } else if !Self.isServiceLink(name, value) {
                let hint = Self.suggestion(for: name, among: fixed.keys).map { "did you mean \($0)?" }
                self.problems.append("\(name): unknown environment variable; \(hint ?? "remove it.")")
            }
        }
    }

    /// Names the file; the only variable that is no option.
    static let fileVariable = "SKEIN_CONFIG"

    private mutating func add(_ path: ConfigurationPath, _ value: String, _ origin: ConfigurationOrigin) {
        if let refusal = ConfigurationSchema.refusal(ofNameIn: path) { return self.report(path, origin, refusal) }
        let isList = ConfigurationSchema.option(at: path)?.kind == .list
        self.set(path, to: Entry(texts: [value], isList: isList, origin: origin))
    }

    /// Every option with a fixed path or a known name, by its variable.
    private static func variables(knowing known: Set<ConfigurationPath>) -> [String: [ConfigurationPath]] {
        var variables: [String: [ConfigurationPath]] = [:]
        for option in ConfigurationTable.options {
            let place = option.path.components.firstIndex { $0.hasPrefix("<") }
            guard let place else {
                variables[option.path.environmentName, default: []].append(option.path)
                continue
            }
            for name in known.sorted(by: { $0.description < $1.description })
            where name.components.count == place + 1
                && name.components.dropLast().elementsEqual(option.path.components.prefix(place))
            {
                let path = ConfigurationPath(name.components + option.path.components.dropFirst(place + 1))
                variables[path.environmentName, default: []].append(path)
            }
        }
        return variables
    }

    /// The option of a namespace or token key that nothing else mentions.
    private static func namedPath(_ variable: String) -> ConfigurationPath? {
        var best: (length: Int, path: ConfigurationPath)?
        for option in ConfigurationTable.options {
            guard let place = option.path.components.firstIndex(where: { $0.hasPrefix("<") }) else { continue }
            let section = ConfigurationPath(Array(option.path.components.prefix(place)))
            let prefix = section.environmentName + "_"
            let key = option.path.components[place + 1]
            let suffix = "_" + ConfigurationPath.environmentPart(key)
            guard variable.hasPrefix(prefix), variable.hasSuffix(suffix) else { continue }
            let name = variable.dropFirst(prefix.count).dropLast(suffix.count)
            guard variable.count > prefix.count + suffix.count, suffix.count > best?.length ?? 0 else { continue }
            best = (suffix.count, section.appending(name.lowercased()).appending(key))
        }
        return best?.path
    }

    private static func suggestion(for name: String, among variables: some Sequence<String>) -> String? {
        let scored = variables.map { (EditDistance.between(name, $0), $0) }
        guard let best = scored.min(by: { $0 < $1 }), best.0 <= max(2, (name.count - 6) / 4) else { return nil }
        return best.1
    }

    /// Kubernetes describes every service in variables of this form; a service called `skein` makes ours.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        if name.hasSuffix("_PORT") && (value.hasPrefix("tcp://") || value.hasPrefix("udp://")) { return true }
        let parts = name.split(separator: "_")
        return parts.indices.dropFirst().contains { index in
            index + 1 < parts.count && parts[index - 1] == "PORT" && Int(parts[index]) != nil
                && ["TCP", "UDP", "SCTP"].contains(parts[index + 1])
        }
    }

    private static func sentence(_ paths: [ConfigurationPath]) -> String {
        paths.map(\.description).joined(separator: " or ")
    }
}
