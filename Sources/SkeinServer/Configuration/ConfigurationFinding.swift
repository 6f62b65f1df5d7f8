/// Values that are fine by themselves and wrong together, or wrong here.
struct ConfigurationFinding: Sendable, Equatable {
    /// The options that take part; the first is the one to change.
    let keys: [ConfigurationPath]
    /// What is wrong and what to do, as a clause.
    let advice: String

    init(_ keys: [String], _ advice: String) {
        self.init(keys.map { ConfigurationPath($0) }, advice)
    }

    init(_ keys: [ConfigurationPath], _ advice: String) {
        self.keys = keys
        self.advice = advice
    }

    /// With the place of the first key that the operator wrote, or else the profile.
    func sentence(in loaded: LoadedConfiguration) -> String {
        let origins = self.keys.map(loaded.origin)
        let written = origins.first { $0 != .standard && $0 != .developmentProfile }
        let origin = written ?? origins.first { $0 != .standard } ?? .standard
        return "\(self.keys[0]) (\(origin)): \(self.advice)."
    }
}
