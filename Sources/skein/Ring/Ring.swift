import ArgumentParser

/// `skein ring`: which node serves which client, and the load balancer that has to agree.
struct Ring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask and change which node serves which client.",
        discussion: """
            The ring repeats the load balancer's choice. The nodes come from the registry of the cluster, from the
            configuration with --from-configuration, or from a file with --nodes.
            """,
        subcommands: [
            RingHAProxy.self, RingSync.self, RingVerify.self, RingOwner.self, RingPlan.self, RingDifference.self,
        ]
    )
}
