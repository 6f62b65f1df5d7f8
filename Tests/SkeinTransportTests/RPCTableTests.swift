import SkeinCore
import SkeinTransport
import Testing

@testable import SkeinTransport

@Suite struct RPCTableTests {
    private let caller = RPCTable.Caller(info: ClientInfo(user: "ann", client: "1"), policy: .test())

    @Test func `a method that is not in the table is error 104`() {
        let result = RPCTable().call(RPCRequest(method: "echo", data: []), caller: self.caller)
        #expect(result == .failure(.init(.methodNotFound)))
    }

    @Test func `a method gets its argument and its caller, and what it returns comes back`() {
        var table = RPCTable()
        table.register("who") { data, caller in .success(data + Array(caller.info.user.utf8)) }
        let result = table.call(RPCRequest(method: "who", data: [0x21]), caller: self.caller)
        #expect(result == .success(Array("!ann".utf8)))
    }

    @Test func `a method may refuse with a code of its own`() {
        var table = RPCTable()
        table.register("no") { _, _ in .failure(.init(ErrorCode(450, "no"))) }
        #expect(
            table.call(RPCRequest(method: "no", data: []), caller: self.caller) == .failure(.init(ErrorCode(450, "no")))
        )
    }

    @Test func `names are compared as they are, and the newest registration counts`() {
        var table = RPCTable()
        table.register("a") { _, _ in .success([1]) }
        table.register("a") { _, _ in .success([2]) }
        #expect(table.call(RPCRequest(method: "a", data: []), caller: self.caller) == .success([2]))
        #expect(table.call(RPCRequest(method: "A", data: []), caller: self.caller) == .failure(.init(.methodNotFound)))
    }
}
