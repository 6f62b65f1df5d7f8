/// The profile as an operator writes it.
extension RingProfile: LosslessStringConvertible {
    /// Reads a profile; nil for every other text. Upper case and spaces are not accepted.
    public init?(_ description: String) {
        switch description {
        case "haproxy": self = .standard
        case "nginx": self = .nginx
        case "ketama": self = .ketama
        case "rendezvous": self = .rendezvous
        default:
            guard description.hasPrefix("haproxy("), description.hasSuffix(")") else { return nil }
            self.init(haproxy: description.dropFirst("haproxy(".count).dropLast())
        }
    }

    /// `function[,avalanche][,key]`
    private init?(haproxy text: Substring) {
        var words = text.split(separator: ",", omittingEmptySubsequences: false)[...]
        guard let function = words.popFirst().flatMap({ HAProxyHash(rawValue: String($0)) }) else { return nil }
        let avalanche = words.first == "avalanche"
        if avalanche { words.removeFirst() }
        guard let word = words.popFirst() else {
            self = .haproxy(function: function, avalanche: avalanche, key: .id)
            return
        }
        guard let key = HAProxyKey(rawValue: String(word)), words.isEmpty else { return nil }
        self = .haproxy(function: function, avalanche: avalanche, key: key)
    }

    public var description: String {
        switch self {
        case .haproxy(let function, let avalanche, let key):
            "haproxy(\(function.rawValue),\(avalanche ? "avalanche," : "")\(key.rawValue))"
        case .nginx: "nginx"
        case .ketama: "ketama"
        case .rendezvous: "rendezvous"
        }
    }
}
