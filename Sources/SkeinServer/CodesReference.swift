import SkeinCore

/// Writes the page of error, disconnect and unsubscribe codes from their tables.
enum CodesReference {
    static func markdown() -> String {
        let errors = ErrorCode.all.map { "| \($0.code) | \($0.message) | \($0.isTemporary ? "yes" : "no") |" }
        let disconnects = DisconnectCode.all.map {
            "| \($0.code) | \($0.reason.isEmpty ? "normal closure" : $0.reason) | \($0.invitesReconnect ? "yes" : "no") |"
        }
        let unsubscribes = UnsubscribeCode.all.map {
            "| \($0.code) | \($0.reason) | \($0.invitesResubscribe ? "yes" : "no") |"
        }
        return """
            # Codes

            Written by `skein docs codes` from the tables in `Sources/SkeinCore/Codes`.

            ## Errors in replies

            Codes 400–1999 are free for applications.

            | Code | Message | The same command may succeed later |
            |---|---|---|
            \(errors.joined(separator: "\n"))

            ## Disconnects

            The code and reason of the WebSocket close frame. Codes 4000–4999 are free for applications; clients connect again after
            4000–4499 and stay away after 4500–4999.

            | Code | Reason | Clients connect again |
            |---|---|---|
            \(disconnects.joined(separator: "\n"))

            ## Unsubscribes

            The code and reason of an `unsubscribe` push.

            | Code | Reason | Clients subscribe again |
            |---|---|---|
            \(unsubscribes.joined(separator: "\n"))

            """
    }
}
