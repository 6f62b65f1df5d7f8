import SkeinCore
import SkeinTransport

extension Configuration {
    /// `listeners`: where the three roles of the server are reached.
    public struct Listeners: Sendable, Equatable {
        /// WebSocket clients; with `--dev` also the page.
        public var client = Listener(address: "0.0.0.0", port: .number(8000))
        /// The HTTP API.
        public var api = Listener(address: "127.0.0.1", port: .number(8001))
        /// Health and metrics.
        public var admin = Listener(address: "127.0.0.1", port: .number(8002))

        /// Who may say who a client is.
        public var trustedProxies: [String] = []
        /// What HAProxy's agent checks ask.
        public var agent = Agent()

        /// The sockets to bind, in the order client, api, admin. Roles with the same address and port share one;
        /// port 0 is another free port each time, so it is shared only by name.
        public var plan: [BindPlan] {
            var plans: [BindPlan] = []
            for (role, listener) in [(ListenerRole.client, self.client), (.api, self.api), (.admin, self.admin)] {
                let target = self.effective(listener)
                let match = plans.firstIndex { plan in
                    if listener.port == .shared { return plan.roles.contains(.client) }
                    return plan.port != 0 && .number(plan.port) == target.port && plan.address == target.address
                }
                if let match {
                    plans[match].roles.append(role)
                } else if case .number(let port) = target.port {
                    plans.append(BindPlan(address: target.address, port: port, roles: [role]))
                }
            }
            return plans
        }

        /// The client's listener in place of one that is shared.
        func effective(_ listener: Listener) -> Listener {
            listener.port == .shared ? self.client : listener
        }
    }

    /// One of `listeners.client`, `.api` and `.admin`.
    public struct Listener: Sendable, Equatable {
        /// IP address or host name to bind.
        public var address: String
        /// Port, or the client's listener.
        public var port: Port
        /// The operator's word that being reachable from other machines is meant.
        public var isPublic = false
        /// Whether every connection begins with a PROXY protocol header; for the client listener alone.
        public var demandsProxyHeader = false

        /// A listener that is not declared public.
        public init(address: String, port: Port) {
            self.address = address
            self.port = port
        }
    }

    /// `listeners.agent`.
    public struct Agent: Sendable, Equatable {
        /// IP address or host name to bind.
        public var address = "127.0.0.1"
        /// 0 for none.
        public var port = 0
    }

    /// The port of a listener.
    public enum Port: Sendable, Equatable {
        /// 0 for any free one.
        case number(Int)
        /// The client listener; never the client's own port.
        case shared
    }

    /// What is served on a socket.
    public enum ListenerRole: String, Sendable, CaseIterable {
        case client
        case api
        case admin
    }

    /// One socket to bind.
    public struct BindPlan: Sendable, Equatable {
        /// IP address or host name.
        public var address: String
        /// 0 for any free one.
        public var port: Int
        /// What is served there; never empty.
        public var roles: [ListenerRole]
    }

    /// The networks of the proxies; loading has refused what cannot be read. Nil when nobody has to say who clients are.
    var trustedProxies: TrustedNetworks? {
        self.listeners.client.demandsProxyHeader ? try? TrustedNetworks(self.listeners.trustedProxies) : nil
    }

    /// What is wrong with what proxies may say.
    var proxyFindings: [ConfigurationFinding] {
        do throws(IPNetworkError) {
            _ = try TrustedNetworks(self.listeners.trustedProxies)
        } catch {
            return [.init(["listeners.trusted_proxies"], error.description)]
        }
        guard self.listeners.client.demandsProxyHeader, self.listeners.trustedProxies.isEmpty else { return [] }
        return [
            .init(
                ["listeners.client.proxy_protocol", "listeners.trusted_proxies"],
                "nobody could connect; name the load balancers in listeners.trusted_proxies"
            )
        ]
    }
}
