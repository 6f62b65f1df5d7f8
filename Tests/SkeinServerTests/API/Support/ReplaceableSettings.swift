import SkeinServer
import Synchronization

/// Settings that a test replaces, as a reload does.
final class ReplaceableSettings: Sendable {
    private let settings: Mutex<APISettings>

    init(_ settings: APISettings) {
        self.settings = Mutex(settings)
    }

    var current: APISettings {
        get { self.settings.withLock { $0 } }
        set { self.settings.withLock { $0 = newValue } }
    }
}
