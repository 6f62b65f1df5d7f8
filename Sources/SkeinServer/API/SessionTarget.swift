import SkeinCore
import SkeinTransport

/// Which sessions a request is about: the members `user`, `client` and `session`.
struct SessionTarget: Sendable, Equatable {
    var user = ""
    var client = ""
    var session = ""

    /// The sessions; 107 when the request names nobody. Every member that is there has to fit.
    func selection(except: [String] = []) throws(APIError) -> SessionSelection {
        guard !self.user.isEmpty || !self.client.isEmpty || !self.session.isEmpty else {
            throw .badRequest("user, client and session are missing")
        }
        return SessionSelection(
            user: self.user.isEmpty ? nil : self.user,
            client: self.client.isEmpty ? nil : self.client,
            session: self.session.isEmpty ? nil : self.session,
            except: Set(except)
        )
    }
}
