import SkeinCore

/// Turns sources into a configuration and collects everything that is wrong on the way.
///
/// One use: ``load()`` consumes the loader. Files are read through a function, so that tests need none.
struct ConfigurationLoader {
    private let sources: ConfigurationSources
    private let host: HostFacts
    private let readFile: (String) throws(FileContents.Failure) -> String
    private var problems: [String] = []
    private var origins: [ConfigurationPath: ConfigurationOrigin] = [:]
    private var rejected: Set<ConfigurationPath> = []

    init(
        sources: ConfigurationSources,
        host: HostFacts,
        readFile: @escaping (String) throws(FileContents.Failure) -> String = FileContents.read
    ) {
        self.sources = sources
        self.host = host
        self.readFile = readFile
    }

    consuming func load() throws(ConfigurationError) -> LoadedConfiguration {
        var loader = self
        let configuration = loader.configuration()
        let loaded = LoadedConfiguration(configuration: configuration, origins: loader.origins)
        let rejected = loader.rejected
        let findings = configuration.findings(descriptorLimit: loader.host.descriptorLimit)
        for finding in findings where rejected.isDisjoint(with: finding.keys) {
            loader.problems.append(finding.sentence(in: loaded))
        }
        guard loader.problems.isEmpty else { throw ConfigurationError(problems: loader.problems) }
        return loaded
    }

    private mutating func configuration() -> Configuration {
        let flags = ConfigurationLayer(flags: self.sources.flags)
        var files: [ConfigurationLayer] = []
        if let path = self.sources.effectiveFile { files.append(self.fileLayer(path)) }
        if self.sources.isDevelopment {
            files.append(
                ConfigurationLayer(yaml: DevelopmentProfile.yaml, name: "development profile") { _ in
                    .developmentProfile
                }
            )
        }
        let named = files.reduce(flags.names) { $0.union($1.names) }
        let environment = ConfigurationLayer(environment: self.sources.environment, known: named)
        for layer in [flags, environment] + files { self.problems += layer.problems }
        let chain = ConfigurationChain(
            flags: flags,
            environment: environment,
            files: files,
            variables: self.sources.environment.filter { $0.key.hasPrefix("SKEIN_") }
        )
        return self.configuration(from: chain, names: named.union(environment.names))
    }

    private mutating func fileLayer(_ path: String) -> ConfigurationLayer {
        do {
            let text = try self.readFile(path)
            return ConfigurationLayer(yaml: text, name: "file") { .file(path, line: $0) }
        } catch {
            self.problems.append("\(path): cannot be read (\(error.reason)); name another file with --config.")
            return ConfigurationLayer(name: "file")
        }
    }

    private mutating func configuration(
        from chain: ConfigurationChain,
        names: Set<ConfigurationPath>
    ) -> Configuration {
        var configuration = Configuration()
        configuration.isDevelopment = self.sources.isDevelopment
        self.fill(&configuration, ConfigurationTable.root, below: ConfigurationPath([]), from: chain)
        self.fill(&configuration.channels.rules, ConfigurationTable.rules, below: .channelRules, from: chain)
        for path in names.sorted(by: { $0.description < $1.description }) {
            let name = path.components[path.components.count - 1]
            if path.components.count == 2 {
                var rules = ChannelRules()
                self.fill(&rules, ConfigurationTable.rules, below: path, from: chain)
                configuration.namespaces[name] = rules
            } else {
                var key = Configuration.TokenKey()
                self.fill(&key, ConfigurationTable.tokenKey, below: path, from: chain)
                self.resolvePublicKey(of: &key, at: path.appending("public_key"))
                configuration.tokens.keys[name] = key
            }
        }
        self.addMadeUpValues(to: &configuration)
        return configuration
    }

    /// Writes every option that a source sets; the others keep their defaults.
    private mutating func fill<Root>(
        _ root: inout Root,
        _ bindings: [OptionBinding<Root>],
        below section: ConfigurationPath,
        from chain: ConfigurationChain
    ) {
        for binding in bindings {
            let path = ConfigurationPath(section.components + binding.option.path.components)
            guard let entry = chain.entry(at: path, for: binding.option) else { continue }
            self.origins[path] = entry.origin
            if entry.isList {
                binding.write(&root, .list(entry.texts.filter { !$0.isEmpty }))
                continue
            }
            let text = entry.texts.first ?? ""
            do throws(ConfigurationKind.Refusal) {
                binding.write(&root, try binding.option.kind.parse(text))
            } catch {
                let shown = binding.option.isSecret ? Secret.placeholder : "\"\(Self.shortened(text))\""
                self.problems.append("\(path) (\(entry.origin)): cannot be \(shown); \(error.advice).")
                self.rejected.insert(path)
            }
        }
    }

    /// A text that is no PEM names a file.
    private mutating func resolvePublicKey(of key: inout Configuration.TokenKey, at path: ConfigurationPath) {
        guard !key.publicKey.isEmpty, !key.publicKey.contains("-----BEGIN ") else { return }
        let origin = self.origins[path] ?? .standard
        self.rejected.insert(path)
        do {
            let contents = try self.readFile(key.publicKey)
            if contents.contains("-----BEGIN ") {
                key.publicKey = contents
                self.rejected.remove(path)
            } else {
                self.problems.append(
                    "\(path) (\(origin)): the file \(key.publicKey) is not PEM; name a public key in PEM."
                )
            }
        } catch {
            self.problems.append(
                "\(path) (\(origin)): the file \(Self.shortened(key.publicKey)) cannot be read (\(error.reason)); "
                    + "write PEM text or the path of a PEM file."
            )
        }
    }

    /// The node's name, and with `--dev` a key to make tokens with.
    private func addMadeUpValues(to configuration: inout Configuration) {
        if configuration.node.name.isEmpty { configuration.node.name = self.host.nodeName }
        guard self.sources.isDevelopment, configuration.tokens.keys.isEmpty else { return }
        var key = Configuration.TokenKey()
        key.secret = Secret(self.host.developmentSecret)
        configuration.tokens.keys[DevelopmentProfile.keyID] = key
    }

    private static func shortened(_ text: String) -> String {
        let printable = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }
        return printable.count > 60 ? printable.prefix(60).joined() + "…" : printable.joined()
    }
}
