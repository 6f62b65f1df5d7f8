import SkeinCore
import Testing

@Suite struct ErrorCodeTests {
    private static let specified: [UInt32: String] = [
        100: "internal server error", 101: "unauthorized", 102: "unknown channel", 103: "permission denied",
        104: "method not found", 105: "already subscribed", 106: "limit exceeded", 107: "bad request",
        108: "not available", 109: "token expired", 110: "expired", 111: "too many requests",
        112: "unrecoverable position", 113: "concurrent pagination",
    ]

    @Test func `the table holds every specified code once, in order`() {
        let codes = ErrorCode.all.map(\.code)
        #expect(codes == Array(100...113))
        for code in ErrorCode.all { #expect(Self.specified[code.code] == code.message) }
    }

    @Test func `only internal errors, too many requests and concurrent pagination are temporary`() {
        #expect(ErrorCode.all.filter(\.isTemporary).map(\.code) == [100, 111, 113])
    }

    @Test func `no message fills a frame`() {
        for code in ErrorCode.all { #expect((1...123).contains(code.message.utf8.count)) }
        #expect("\(ErrorCode.limitExceeded)" == "106 limit exceeded")
    }

    @Test func `an application's code is permanent unless it says otherwise`() {
        #expect(!ErrorCode(400, "mine").isTemporary)
        #expect(ErrorCode(400, "mine", isTemporary: true).isTemporary)
        #expect(ErrorCode(400, "mine") != ErrorCode(401, "mine"))
    }

    @Test func `a failure carries its code`() {
        #expect(ErrorCode.Failure(.expired).code == .expired)
        #expect(ErrorCode.Failure(.expired) != ErrorCode.Failure(.tokenExpired))
    }
}
