extension ConfigurationTable {
    static func addRing(to table: inout OptionTable<Configuration>) {
        table.text(
            "ring.profile",
            \.ring.profile,
            "Whose choice of a node is predicted: haproxy, haproxy(FUNCTION[,avalanche],KEY), nginx, ketama or rendezvous; "
                + "the same on every node."
        )
        table.secret(
            "ring.secret",
            \.ring.secret,
            "Base64 of the secret that client ids are hashed with, so that nobody can aim clients at one node; the same in the "
                + "load balancer; empty for none."
        )
        table.boolean(
            "ring.cookie",
            \.ring.handsOutCookie,
            "In a cluster, gives clients that bring no id one in the cookie skein_cid.",
            .reloadable
        )
        table.choice(
            "ring.rebalance",
            \.ring.rebalance,
            "What becomes of clients that belong to a node that has joined: they move when they reconnect (lazy), are told to "
                + "(paced), or are not looked at (off).",
            .reloadable
        )
        table.count(
            "ring.rebalance_rate",
            \.ring.rebalanceRate,
            1...1_000_000,
            "Clients per second that a node tells to move.",
            .reloadable
        )
        table.duration(
            "ring.settle",
            \.ring.settle,
            .zero ... .seconds(3600),
            "From a change of the ring to the first client that is told to move; longer than load balancers need to see it.",
            .reloadable
        )
        table.list(
            "ring.nodes",
            \.ring.nodes,
            "The nodes as NAME=ID@HOST:PORT, with weight=N and zone=NAME behind it if wanted; ids that nodes ask the registry "
                + "for, and the ring where there is no registry."
        )
        table.duration(
            "drain.delay",
            \.drain.delay,
            .zero ... .seconds(600),
            "From the first failed health check of a node that stops to the first client that is told; twice the interval of "
                + "the checks. Not waited for when nobody checks.",
            .reloadable
        )
        table.count(
            "drain.rate",
            \.drain.rate,
            1...1_000_000,
            "Clients per second that a node that stops tells to reconnect.",
            .reloadable
        )
    }
}
