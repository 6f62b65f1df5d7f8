/// Walks over two configurations and says in sentences where they differ.
struct ConfigurationComparison {
    private(set) var applied: [String] = []
    private(set) var postponed: [String] = []

    /// Writes the old value back into `effective` for every option that needs a restart.
    mutating func compare<Root>(
        _ old: Root,
        _ new: Root,
        _ effective: inout Root,
        _ bindings: [OptionBinding<Root>],
        below section: ConfigurationPath
    ) {
        for binding in bindings {
            let before = binding.read(old)
            let after = binding.read(new)
            guard before != after else { continue }
            let path = ConfigurationPath(section.components + binding.option.path.components)
            let change = "\(path) changes" + Self.values(before, after, binding.option)
            if binding.option.isReloadable {
                self.applied.append("\(change).")
            } else {
                binding.write(&effective, before)
                self.postponed.append("\(change) with the next restart.")
            }
        }
    }

    /// Namespaces and token keys come and go as a whole.
    mutating func compare<Root>(
        _ old: [String: Root],
        _ new: [String: Root],
        _ effective: inout [String: Root],
        _ bindings: [OptionBinding<Root>],
        below section: ConfigurationPath
    ) {
        for name in Set(old.keys).union(new.keys).sorted() {
            let path = section.appending(name)
            switch (old[name], new[name]) {
            case (let before?, let after?):
                var merged = after
                self.compare(before, after, &merged, bindings, below: path)
                effective[name] = merged
            case (nil, _?): self.applied.append("\(path) is added.")
            case (_?, nil): self.applied.append("\(path) is removed.")
            case (nil, nil): continue
            }
        }
    }

    private static func values(
        _ before: ConfigurationValue,
        _ after: ConfigurationValue,
        _ option: ConfigurationOption
    ) -> String {
        let texts = [before, after].map { option.kind.render($0) }
        guard !option.isSecret, texts.allSatisfy({ $0.utf8.count <= 80 && !$0.contains("\n") }) else { return "" }
        return " from \(Self.quoted(texts[0])) to \(Self.quoted(texts[1]))"
    }

    private static func quoted(_ text: String) -> String { text.isEmpty ? "nothing" : text }
}
