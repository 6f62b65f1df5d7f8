import Foundation
import HashRing

/// The text of the file, section by section.
extension HAProxyConfiguration {
    static func sections(
        options: HAProxyOptions,
        nodes: [RingNode],
        profile: RingProfile
    ) throws(BalancerError) -> String {
        let sections = [
            Self.preface(options, profile: profile),
            try Self.global(options),
            Self.defaults(options),
        ]
        let resolvers = options.followsNames ? [Self.resolvers] : []
        let rest = [
            try Self.frontend(options),
            try Self.backend(options, nodes: nodes, profile: profile),
        ]
        return (sections + resolvers + rest).joined(separator: "\n")
    }

    private static let resolvers = """
        # Names of nodes are looked up again while HAProxy runs: a container that is made anew has another address.
        resolvers names
            parse-resolv-conf
            hold valid 5s

        """

    private static func preface(_ options: HAProxyOptions, profile: RingProfile) -> String {
        let secret =
            options.secret.isEmpty ? "" : "# It contains the affinity secret: keep it readable for HAProxy alone.\n"
        let choice = options.slotMapPath == nil ? "\(profile)" : "\(profile) through a slot map"
        return """
            # HAProxy \(options.version) in front of Skein, written by `skein ring haproxy`. Ring profile: \(choice).
            # Check it with `haproxy -c -f FILE`. `skein ring sync` keeps a running HAProxy in step without a reload,
            # and `skein ring verify` tells whether it chooses as the profile says.
            \(secret)
            """
    }

    private static func global(_ options: HAProxyOptions) throws(BalancerError) -> String {
        let socket = try HAProxyWord.plain(options.socketPath, for: "stats socket")
        var text = """
            global
                log stdout format raw local0 notice
                # Level admin: `skein ring sync` adds and removes servers through it. expose-fd listeners: a reload
                # hands the listening sockets over, and no connection is refused meanwhile.
                stats socket \(socket) mode 660 level admin expose-fd listeners
                # Two files for each; HAProxy refuses to start when it may not open that many.
                maxconn \(options.maximumConnections)

            """
        if let limit = options.hardStopAfter {
            text += """
                    # After a reload the old process keeps its WebSockets this long, then cuts them without a close
                    # frame.
                    hard-stop-after \(HAProxyWord.time(limit))

                """
        }
        if options.certificatePath != nil { text += "    ssl-default-bind-options ssl-min-ver TLSv1.2\n" }
        return text
    }

    private static func defaults(_ options: HAProxyOptions) -> String {
        """
        defaults
            mode http
            log global
            option httplog
            option dontlognull
            # A node that does not accept: one more try there, then the next node of the ring.
            option redispatch 1
            retries 2
            timeout connect 3s
            timeout check 2s
            # Until the last header has arrived, that of an upgrade too: slow senders hold no connection for longer.
            timeout http-request 10s
            timeout http-keep-alive 30s
            timeout client 30s
            # Longer than a node holds a request open.
            timeout server 60s
            # A WebSocket: five times the ping interval of the nodes, \(HAProxyWord.time(options.pingInterval)).
            # Without it the two above would end it.
            timeout tunnel \(HAProxyWord.time(options.pingInterval * 5))
            # Peers that vanish after one side has closed.
            timeout client-fin 10s
            timeout server-fin 10s
            # A full node: a client waits this long for a place, and is then told 503.
            timeout queue 5s

        """
    }

    private static func frontend(_ options: HAProxyOptions) throws(BalancerError) -> String {
        var text = "frontend \(options.backend)-clients\n"
        var transport = ""
        if let path = options.certificatePath {
            text += """
                    # HTTP/2 carries WebSockets too (RFC 8441); nodes see HTTP/1.1. Strict-Transport-Security is left
                    # to you: it binds the whole host name for as long as it says.

                """
            transport = " ssl crt \(try HAProxyWord.plain(path, for: "certificate")) alpn h2,http/1.1"
        }
        for address in options.bindAddresses { text += "    bind \(address)\(transport)\n" }
        text += """
                # For whatever watches HAProxy: 200 while it has a usable node.
                monitor-uri /health
                monitor fail if { nbsrv(\(options.backend)) lt 1 }
                # Nothing but the paths of clients: the API, metrics and health of the nodes are not for the public.
                acl public_path path_beg \(options.publicPaths.joined(separator: " "))
                http-request deny deny_status 404 unless public_path
                http-request deny deny_status 404 if { path -m sub /.. }

            """
        text += try Self.clientID(options)
        text += """
                # Only HAProxy says where a client comes from.
                http-request del-header x-forwarded-for
                http-request del-header forwarded
                option forwardfor
                http-request set-header x-forwarded-proto https if { ssl_fc }
                http-request set-header x-forwarded-proto http unless { ssl_fc }
                default_backend \(options.backend)

            """
        return text
    }

    /// The canonical client id, in the order in which nodes look for it.
    private static func clientID(_ options: HAProxyOptions) throws(BalancerError) -> String {
        var text = """
                # The client id that the choice depends on: the first of query, header, cookie, path and token that
                # has one. Nodes get the very bytes that were hashed as x-skein-cid; what a client sends under that
                # name is no id.
                http-request del-header x-skein-cid
                acl has_cid var(txn.cid) -m len gt 0
                http-request set-var(txn.cid) url_param(cid),url_dec
                http-request set-var(txn.cid) req.hdr(x-client-id) unless has_cid
                http-request set-var(txn.cid) req.cook(skein_cid) unless has_cid
                http-request set-var(txn.cid) path,field(4,/) if !has_cid { path_beg /connection/websocket/ }
                acl has_token req.hdr(authorization) -m beg -i "bearer "
                http-request set-var(txn.cid) http_auth_bearer,jwt_payload_query('$.sub') if !has_cid has_token
                # A header cannot carry control characters, or spaces at its ends, as they are: the node would see
                # another id than was hashed.
                http-request deny deny_status 400 if { var(txn.cid) -m reg [[:cntrl:]]|^[[:space:]]|[[:space:]]$ }
                # No id at all: the variable goes away, and the node is chosen in turn. The node hands out a cookie.
                http-request unset-var(txn.cid) unless has_cid
                http-request set-header x-skein-cid %[var(txn.cid)] if has_cid

            """
        if let path = options.slotMapPath {
            let slots = try HAProxyWord.plain(path, for: "slot map")
            text += """
                    # The slot of the client, and its node. `skein ring sync` swaps the whole map at once.
                    http-request set-var(txn.slot) \(Self.key(options)),crc32(1),mod(4096) if has_cid
                    http-request set-var(txn.owner) var(txn.slot),map_str(\(slots)) if has_cid

                """
        }
        return text
    }

    /// The expression of the bytes that are hashed.
    private static func key(_ options: HAProxyOptions) -> String {
        guard !options.secret.isEmpty else { return "var(txn.cid)" }
        return "var(txn.cid),hmac(sha256,\(Data(options.secret).base64EncodedString()))"
    }

    private static func backend(
        _ options: HAProxyOptions,
        nodes: [RingNode],
        profile: RingProfile
    ) throws(BalancerError) -> String {
        var text = "backend \(options.backend)\n"
        if options.slotMapPath != nil {
            text += """
                    # A server that is down or in maintenance, or not there yet, is passed over: then the hash below
                    # chooses.
                    use-server %[var(txn.owner)] if { var(txn.owner) -m found }

                """
        }
        text += """
                # The ring of the nodes repeats this choice bit by bit. The ids below must not change; positions do
                # not matter.
                balance hash \(Self.key(options))
                hash-type consistent \(Self.hashWords(profile))
                # A node that drains answers 404: it keeps its connections and gets no new clients. Others than 200
                # are failures.
                option httpchk
                http-check send meth GET uri /health ver HTTP/1.1 hdr host \(options.backend)
                http-check expect status 200
                http-check disable-on-404
                http-reuse safe
                # The name that HAProxy has for the node, for the node to compare with its own.
                http-send-name-header x-skein-server

            """
        if options.server.sendsProxyProtocol {
            text += "    # Nodes need listeners.client.proxy_protocol. Checks say LOCAL there.\n"
        }
        if options.server.agentPort != nil {
            text += "    # The agent says up, drain or down; never a percentage, which would move clients.\n"
        }
        if options.server.maximumConnections != nil {
            text +=
                "    # maxconn has to be above the node's own limit: its queue waits even while other nodes are idle.\n"
        }
        text += "    default-server \(options.server.sharedWords.joined(separator: " "))\n"
        if options.followsNames {
            text += "    # A node whose name nobody knows yet is down, and no reason not to start.\n"
            text += "    default-server resolvers names resolve-prefer ipv4 init-addr last,libc,none\n"
        }
        text += "    # Weight 100 makes 1,600 points: shares within a few percent. 0 drains.\n"
        for node in nodes {
            guard let endpoint = ServerEndpoint(node.address) else {
                throw BalancerError(
                    .invalidValue,
                    "node \(node.name): \"\(node.address)\" is not of the form host:port"
                )
            }
            let words = try options.server.ownWords(of: node, port: endpoint.port).joined(separator: " ")
            text += "    server \(try HAProxyWord.name(node.name)) \(endpoint) \(words)\n"
        }
        return text
    }

    private static func hashWords(_ profile: RingProfile) -> String {
        guard case .haproxy(let function, let avalanche, _) = profile else { return "crc32 avalanche" }
        return avalanche ? "\(function.rawValue) avalanche" : function.rawValue
    }
}
