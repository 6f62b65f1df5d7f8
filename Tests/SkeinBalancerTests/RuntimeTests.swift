import Foundation
import SkeinBalancer
import Testing

/// Answers of the Runtime API.
@Suite struct RuntimeTests {
    /// Answers with prepared texts.
    struct Answers: RuntimeChannel {
        let state: String
        var statistics = "# pxname,svname,qcur,qmax,scur\nskein,n1,1,0,4\nother,n3,0,0,9\n"

        func run(_ command: String) throws(BalancerError) -> String {
            command.hasPrefix("show servers state") ? self.state : self.statistics
        }
    }

    /// From HAProxy 2.6.12, with a server that is drained, one that was just added and one without an address.
    private let observed = """
        1
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight \
        srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state \
        bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr \
        srv_agent_addr srv_agent_port
        3 skein 1 n1 127.0.0.1 2 0 20 100 2 15 3 2 6 0 0 1 - 31104 - 0 0 - - 0
        3 skein 3 n3 127.0.0.1 2 8 0 100 36 15 3 2 6 0 0 1 - 31103 - 0 0 - - 0
        3 skein 9 n9 127.0.0.1 0 1 0 0 1 1 0 0 2 22 0 1 - 31104 - 0 0 - 127.0.0.1 31999
        3 skein 12 n12 ::1 0 1 1 1 1 1 0 0 0 0 0 1 - 77 - 0 0 - - 0
        3 skein 13 n13 - 0 1 1 1 1 1 0 0 0 0 0 1 localhost 31104 - 0 0 - - 0


        """

    @Test func `a table of servers is read by its header`() throws {
        let servers = try Answers(state: self.observed).servers(of: "skein")
        #expect(servers.map(\.name) == ["n1", "n3", "n9", "n12", "n13"])
        #expect(servers[0].weight == 20 && servers[0].isUsable && servers[0].sessions == 5)
        #expect(servers[1].isDrained && !servers[1].isUsable)
        #expect(servers[2].isUnfinished && servers[2].isInMaintenance && servers[2].agentPort == 31999)
        #expect(servers[3].endpoint == ServerEndpoint(host: "::1", port: 77) && !servers[3].isUnfinished)
        #expect(servers[4].endpoint == nil)
    }

    @Test func `a server without statistics counts as busy`() throws {
        #expect(try Answers(state: self.observed).servers(of: "skein")[1].sessions == 1)
    }

    @Test(arguments: ["", "2\n# a b\n", "1\n", "1\n# be_name srv_name\nskein n1\n", "Permission denied\n"])
    func `an answer that is no table of version 1 is an error`(reply: String) {
        let error = #expect(throws: BalancerError.self) { _ = try Answers(state: reply).servers(of: "skein") }
        #expect(error?.code == .malformedReply)
    }

    @Test func `a backend that does not exist is named`() {
        let error = #expect(throws: BalancerError.self) {
            _ = try Answers(state: "Can't find backend.\n\n").servers(of: "nope")
        }
        #expect(error?.message.contains("\"nope\"") == true)
    }

    @Test(arguments: ["a b", "a;b", "a\nb", "", "ü"])
    func `no name gets into a command that would change it`(name: String) {
        let error = #expect(throws: BalancerError.self) { _ = try Answers(state: "").servers(of: name) }
        #expect(error?.code == .invalidName)
    }

    @Test func `an address is a path or a host with a port`() {
        #expect(RuntimeAddress("unix:/run/a.sock") == .unix(path: "/run/a.sock"))
        #expect(RuntimeAddress("/run/a.sock") == .unix(path: "/run/a.sock"))
        #expect(RuntimeAddress("tcp:[::1]:9999") == .tcp(ServerEndpoint(host: "::1", port: 9999)))
        #expect(RuntimeAddress("tcp:host") == nil)
        #expect(RuntimeAddress("http://host:1") == nil)
    }

    @Test func `nobody at the socket is an error that says what to do`() {
        let runtime = HAProxyRuntime(address: .unix(path: "/nonexistent/admin.sock"))
        let error = #expect(throws: BalancerError.self) { _ = try runtime.run("show info") }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("stats socket") == true)
    }

    @Test func `a socket that never answers ends with timedOut`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("skein-\(UUID().uuidString).sock").path
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            close(listener)
            unlink(path)
        }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafeBytes(of: name) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(listener, $0.baseAddress, socklen_t(bytes.count)) }
        }
        try #require(bound == 0 && listen(listener, 1) == 0)
        let runtime = HAProxyRuntime(address: .unix(path: path), timeout: .milliseconds(50))
        let error = #expect(throws: BalancerError.self) { _ = try runtime.run("show info") }
        #expect(error?.code == .timedOut)
    }
}
