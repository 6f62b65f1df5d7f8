/// Where a value was written, for people who have to change it there.
public enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Name of the flag: `--port`.
    case flag(String)
    /// Name of the variable.
    case environment(String)
    /// Path and line, which counts from 1; 0 when it is not known.
    case file(String, line: Int)
    case developmentProfile
    case standard

    public var description: String {
        switch self {
        case .flag(let name): name
        case .environment(let name): name
        case .file(let path, let line): line > 0 ? "\(path):\(line)" : path
        case .developmentProfile: "development profile"
        case .standard: "default"
        }
    }
}
