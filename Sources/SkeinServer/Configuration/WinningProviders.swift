import Configuration
import Synchronization

/// Listens to a reader and remembers which provider answered for a key.
final class WinningProviders: AccessReporter {
    private let names = Mutex<[ConfigurationPath: String]>([:])

    func report(_ event: AccessEvent) {
        let winner = event.providerResults.last { result in
            guard case .success(let lookUp) = result.result else { return false }
            return lookUp.value != nil
        }
        guard let winner else { return }
        self.names.withLock { $0[ConfigurationPath(event.metadata.key.components)] = winner.providerName }
    }

    /// Name of the provider whose value the reader returned; nil when none had one.
    func name(for path: ConfigurationPath) -> String? {
        self.names.withLock { $0[path] }
    }
}
