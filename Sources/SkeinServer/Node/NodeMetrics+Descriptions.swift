/// Every metric of a node: the source of the `HELP` lines and of the reference page.
extension NodeMetrics {
    static let descriptions: [MetricDescription] =
        [
            counter("skein_connections_accepted_total", "TCP connections that were accepted."),
            counter(
                "skein_connections_refused_total",
                "Connections that were answered with 503 because there were too many."
            ),
            counter(
                "skein_accept_errors_total",
                "Failed accepts, mostly for want of descriptors; each rests accepting for a second."
            ),
            gauge("skein_connections", "Open TCP connections, with and without a session."),
            counter("skein_handshake_timeouts_total", "Connections whose request did not arrive whole in time."),
            counter("skein_handshake_rejected_total", "WebSocket handshakes that were refused, by reason.", ["reason"]),
            counter(
                "skein_proxy_rejected_total",
                "Connections that ended because of their PROXY protocol header or its lack, by reason.",
                ["reason"]
            ),
            counter("skein_ws_protocol_errors_total", "Connections that broke RFC 6455, by kind.", ["kind"]),
            counter("skein_auth_failures_total", "Tokens that were refused, by reason.", ["reason"]),
            gauge("skein_sessions", "Sessions that have connected."),
            gauge("skein_users", "Different users among the sessions."),
            gauge("skein_subscriptions", "Subscriptions of all sessions."),
            gauge("skein_channels", "Channels with subscribers on this node."),
            counter("skein_messages_received_total", "WebSocket messages from clients."),
            counter("skein_commands_total", "Commands from clients."),
            counter("skein_command_errors_total", "Error replies to clients, by code.", ["code"]),
            counter("skein_disconnects_total", "Connections that the node ended, by code.", ["code"]),
            counter("skein_publications_total", "Publications of clients that reached the broker."),
            counter("skein_deliveries_total", "Publications that were sent, once for each subscriber."),
            counter("skein_dropped_total", "Publications that did not reach a subscriber, by reason.", ["reason"]),
            counter("skein_live_gap_events_total", "Times that a publication did not follow the one before it."),
            counter("skein_received_bytes_total", "Bytes from WebSocket clients."),
            counter("skein_sent_bytes_total", "Bytes to WebSocket clients."),
            gauge("skein_redis_connected", "1 while the connection to Redis can be used.", ["connection"]),
            counter("skein_redis_connections_lost_total", "Connections to Redis that ended.", ["connection"]),
            counter("skein_redis_restored_total", "Times that the link to Redis became whole."),
            counter("skein_redis_errors_total", "Commands that Redis refused, by kind.", ["kind"]),
            gauge("skein_redis_in_flight_bytes", "Bytes of commands without a reply."),
            gauge("skein_redis_topics", "Channels that the node listens to in Redis."),
            gauge("skein_redis_probe_seconds", "How long the newest message of the node to itself took."),
            counter("skein_redis_repairs_total", "Gaps in a stream that were read from its history."),
            counter("skein_redis_gaps_total", "Gaps that the history no longer filled: subscribers were told."),
            counter("skein_redis_ignored_messages_total", "Messages from Redis that this version cannot read."),
            counter("skein_presence_swept_total", "Members of dead nodes that this node removed."),
            gauge("skein_cluster_nodes", "Nodes that are alive."),
            gauge("skein_streams", "Streams that the embedded engine keeps."),
            gauge("skein_stored_publications", "Publications in those streams."),
            gauge("skein_stored_bytes", "Payload bytes in those streams."),
            gauge("skein_presence_members", "Presence entries."),
            gauge("skein_log_lines_dropped", "Log lines that were dropped since the start because nobody read them."),
            gauge("skein_ready", "1 while the node wants clients."),
            gauge(
                "skein_drain_phase",
                "0 while the node serves, 1 when it has said that it goes, 2 while it tells clients, 3 at the end."
            ),
            gauge("skein_ring_epoch", "Changes of the ring so far, as this node knows it."),
            gauge("skein_ring_nodes", "Nodes in the ring, as this node knows it."),
            gauge("skein_ring_misplaced_clients", "Clients with an id that another node owns."),
            counter("skein_ring_handshakes_total", "Handshakes of clients with an id, by who owns it.", ["owner"]),
            counter("skein_ring_moved_total", "Clients that were told to move to the node that owns them."),
        ] + APIMetrics.descriptions

    private static func counter(_ name: String, _ help: String, _ labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, help: help, kind: .counter, labels: labels)
    }

    private static func gauge(_ name: String, _ help: String, _ labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, help: help, kind: .gauge, labels: labels)
    }
}
