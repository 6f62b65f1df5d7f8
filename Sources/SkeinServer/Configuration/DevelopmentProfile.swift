/// What `--dev` puts between the defaults and the file: a server to try things with, reachable from this machine only.
public enum DevelopmentProfile {
    /// The profile as YAML, in the form of a configuration file.
    public static let yaml = """
        # The development profile of Skein, used with --dev.
        listeners:
          client:
            address: 127.0.0.1
            port: 8000
          api:
            port: shared
          admin:
            port: shared
        drain:
          delay: 0s
        client:
          anonymous: true
        api:
          insecure: true
        channels:
          rules:
            subscribe: anyone
            publish: subscribers
            anonymous: true
            presence: true
            join_leave: true
            history_size: 100
            history_ttl: 5m
            recovery: on_request
        namespaces:
          # Rooms where people talk: history, presence, and nothing is lost on the way.
          chat:
            subscribe: anyone
            publish: subscribers
            read_history: subscribers
            read_presence: subscribers
            anonymous: true
            presence: true
            join_leave: true
            push_join_leave: true
            history_size: 100
            history_ttl: 1h
            recovery: always
            delta: true
          # Who is typing: worth nothing a second later, so nothing is kept.
          typing:
            subscribe: anyone
            publish: subscribers
            anonymous: true
            exclude_sender: true

        """

    /// Name of the token key that is made up at every start when no key is configured.
    public static let keyID = "dev"
}
