import SkeinCore

/// The checks that need more than one value. Each is a pure function of the configuration.
extension Configuration {
    /// Everything that cannot stay as it is, in the order of the file.
    func findings(descriptorLimit: Int) -> [ConfigurationFinding] {
        self.engineFindings + self.ringFindings + self.proxyFindings + self.clientFindings
            + self.descriptorFindings(limit: descriptorLimit) + self.ruleFindings
            + self.tokenFindings
            + self.apiFindings + self.adminFindings
    }

    private var clientFindings: [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        let isPublic = !NetworkAddress.isLoopback(self.listeners.client.address)
        let address = "listeners.client.address"
        if self.client.isInsecure && !self.isDevelopment {
            findings.append(.init(["client.insecure"], "lets everybody do everything; use it only with --dev"))
        } else if self.client.isInsecure && isPublic {
            findings.append(
                .init(
                    ["client.insecure", address],
                    "must not be reached from other machines; set \(address) to 127.0.0.1, or client.insecure to false"
                )
            )
        }
        let isDeclared = self.isDevelopment || self.listeners.client.isPublic
        if self.client.allowsAnonymous && isPublic && !isDeclared {
            findings.append(
                .init(
                    ["client.anonymous", address],
                    "accepts everybody who can reach \(self.listeners.client.address); set listeners.client.public to "
                        + "true if that is meant, \(address) to 127.0.0.1, or client.anonymous to false"
                )
            )
        }
        if self.test.servesEcho && !self.isDevelopment {
            findings.append(.init(["test.echo"], "is for conformance tests; use it only with --dev"))
        }
        let namespace = self.client.personalNamespace
        if self.client.hasPersonalChannel && !namespace.isEmpty && self.namespaces[namespace] == nil {
            findings.append(
                .init(["client.personal_namespace"], "names no namespace; add \(namespace) under namespaces")
            )
        }
        return findings
    }

    private func descriptorFindings(limit: Int) -> [ConfigurationFinding] {
        let (needed, overflows) = self.client.connections.addingReportingOverflow(Self.reservedDescriptors)
        guard self.client.connections > 0, overflows || limit < needed else { return [] }
        return [
            .init(
                ["client.connections"],
                "\(self.client.connections) connections need \(needed) open files, and this process may open \(limit); "
                    + "raise the limit (ulimit -n, LimitNOFILE), or set client.connections to 0"
            )
        ]
    }

    private var ruleFindings: [ConfigurationFinding] {
        let named = self.namespaces.sorted { $0.key < $1.key }
            .map { (ConfigurationPath.namespaces.appending($0.key), $0.value) }
        return ([(ConfigurationPath.channelRules, self.channels.rules)] + named).compactMap { section, rules in
            guard let contradiction = rules.contradiction else { return nil }
            let keys = ConfigurationTable.rules.map {
                ConfigurationPath(section.components + $0.option.path.components)
            }
            return ConfigurationFinding([section] + keys, contradiction)
        }
    }

    private var tokenFindings: [ConfigurationFinding] {
        self.tokens.keys.sorted { $0.key < $1.key }.compactMap { kid, key in
            let section = ConfigurationPath.tokenKeys.appending(kid)
            let keys = ConfigurationTable.tokenKey.map { section.appending($0.option.path.description) }
            guard let advice = key.contradiction(isDevelopment: self.isDevelopment) else { return nil }
            return ConfigurationFinding([section] + keys, advice)
        }
    }

    private var apiFindings: [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        let address = self.listeners.effective(self.listeners.api).address
        let isPublic = !NetworkAddress.isLoopback(address)
        if self.api.isInsecure && !self.isDevelopment {
            findings.append(.init(["api.insecure"], "lets everybody publish; use it only with --dev"))
        } else if self.api.isInsecure && isPublic {
            findings.append(
                .init(
                    ["api.insecure", "listeners.api.address", "listeners.api.port", "listeners.client.address"],
                    "must not be reached from other machines, and the API listens on \(address); set api.insecure to "
                        + "false and add a key to api.keys, or listen on 127.0.0.1"
                )
            )
        } else if self.api.keys.isEmpty && isPublic {
            findings.append(
                .init(
                    ["api.keys", "listeners.api.address", "listeners.api.port", "listeners.client.address"],
                    "the API listens on \(address), which other machines can reach; add a key, or listen on 127.0.0.1"
                )
            )
        }
        let minimum = self.isDevelopment ? 1 : 16
        if self.api.keys.contains(where: { $0.revealed.count < minimum }) {
            findings.append(.init(["api.keys"], "a key has fewer than \(minimum) characters; make longer random ones"))
        }
        return findings
    }

    private var adminFindings: [ConfigurationFinding] {
        let address = self.listeners.effective(self.listeners.admin).address
        guard !NetworkAddress.isLoopback(address), !self.listeners.admin.isPublic else { return [] }
        return [
            .init(
                [
                    "listeners.admin.public", "listeners.admin.address", "listeners.admin.port",
                    "listeners.client.address",
                ],
                "health and metrics listen on \(address), which other machines can reach; set listeners.admin.public "
                    + "to true if that is meant, or listen on 127.0.0.1"
            )
        ]
    }
}

extension Configuration.TokenKey {
    /// Why the key cannot be used, as a clause that says what to do; nil when it can.
    func contradiction(isDevelopment: Bool) -> String? {
        let name = self.algorithm.rawValue
        guard self.algorithm.isSymmetric else {
            if !self.secret.isEmpty { return "\(name) has no secret; remove it, or use an HS… algorithm" }
            return self.publicKey.isEmpty ? "\(name) needs public_key, as PEM text or the path of a PEM file" : nil
        }
        if !self.publicKey.isEmpty { return "\(name) has no public key; remove it, or choose the algorithm of the key" }
        if self.secret.isEmpty { return "\(name) needs secret" }
        let length = self.secret.revealed.utf8.count
        if length < 32 && !isDevelopment {
            return "secret has \(length) bytes; use at least 32 random ones (openssl rand -hex 32)"
        }
        return nil
    }
}
