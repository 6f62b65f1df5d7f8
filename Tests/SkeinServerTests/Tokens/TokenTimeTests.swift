import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct TokenTimeTests {
    private static let now = Int(TokenBench.now)

    /// Offsets from now in seconds; RFC 7519 section 4.1.4: on or after `exp` the token must not be accepted.
    @Test(arguments: [
        (expiry: 60, leeway: 0, reason: String?.none), (1, 0, nil), (0, 0, "expired"), (-1, 0, "expired"),
        (-9, 10, nil), (-10, 10, "expired"), (-11, 10, "expired"), (-59, 60, nil), (-60, 60, "expired"),
        (-1_700_000_000, 60, "expired"),
    ])
    func `exp ends a token, leeway later`(_ row: (expiry: Int, leeway: Int, reason: String?)) async throws {
        let bench = try await TokenBench(leeway: .seconds(row.leeway))
        let payload = #"{"sub":"42","channel":"","exp":\#(Self.now + row.expiry)}"#
        let connection = try await bench.connect(payload)
        #expect(connection.refusal == row.reason)
        if case .failure(let rejection) = connection { #expect(rejection.kind == .expired) }
        if case .success(let credentials) = connection { #expect(credentials.timeLeft == .seconds(row.expiry)) }

        let grant = try await bench.subscribe(#"{"channel":"news","exp":\#(Self.now + row.expiry)}"#)
        #expect(grant.refusal == row.reason)
        if case .success(let grant) = grant { #expect(grant.timeLeft == .seconds(row.expiry)) }
    }

    @Test(arguments: [
        (start: -1, leeway: 0, reason: String?.none), (0, 0, nil), (1, 0, "not_before"), (10, 10, nil),
        (11, 10, "not_before"), (60, 60, nil), (61, 60, "not_before"),
    ])
    func `nbf begins a token, leeway earlier`(_ row: (start: Int, leeway: Int, reason: String?)) async throws {
        let bench = try await TokenBench(leeway: .seconds(row.leeway))
        let result = try await bench.connect(#"{"nbf":\#(Self.now + row.start)}"#)
        #expect(result.refusal == row.reason)
        if case .failure(let rejection) = result { #expect(rejection.kind == .invalid) }
    }

    @Test(arguments: ["exp", "nbf", "iat"])
    func `times that are none are refused`(_ claim: String) async throws {
        let bench = try await TokenBench(leeway: .seconds(60))
        let values = [
            "null", "true", "\"\"", "\"1700000060\"", "\"NaN\"", "[]", "[1700000060]", "{}", "-1", "-0.5", "-1e308",
            "9223372036854775807", "9223372036854775808", "18446744073709551616", "1700000060000", "253402300800",
            "1e18", "1e308", "1e309", "1e999999999", "123456789012345678901234567890",
        ]
        for value in values {
            let result = try await bench.connect(#"{"sub":"42","\#(claim)":\#(value)}"#)
            #expect(result.refusal == "claims", "\(claim) \(value)")
        }
        for malformed in ["NaN", "-NaN", "Infinity", "0x10", "1.", ".5", "1e", "--1", "1_000"] {
            let result = try await bench.connect(#"{"sub":"42","\#(claim)":\#(malformed)}"#)
            #expect(result.refusal == "malformed", "\(claim) \(malformed)")
        }
    }

    @Test(arguments: [
        "1700000060", "1700000060.0", "1700000060.999", "1.70000006e9", "17000000600e-1", "1.70000006E+9",
    ])
    func `a number may be written in any form; its fraction is cut off`(_ number: String) async throws {
        let bench = try await TokenBench()
        let result = try await bench.connect(#"{"sub":"42","exp":\#(number)}"#)
        #expect(result == .success(Credentials(user: UserID("42"), timeLeft: .seconds(60))))
    }

    @Test func `the last and the first possible times are accepted`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"exp":253402300799,"nbf":0,"iat":-0}"#).refusal == nil)
    }

    @Test func `iat in the future does not matter`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"iat":1700000999}"#).refusal == nil)
    }

    @Test(arguments: [
        (claims: "", left: Duration?.none), (#","exp":1700000060"#, .seconds(60)),
        (#","exp":1700000060,"expire_at":null"#, .seconds(60)), (#","exp":1700000060,"expire_at":0"#, nil),
        (#","exp":1700000060,"expire_at":1700003600"#, .seconds(3600)), (#","expire_at":1700003600"#, .seconds(3600)),
        (#","expire_at":0"#, nil), (#","expire_at":1700000000"#, .zero), (#","expire_at":1699999990"#, .seconds(-10)),
    ])
    func `expire_at replaces exp as the end of the session`(_ row: (claims: String, left: Duration?)) async throws {
        let bench = try await TokenBench()
        let connection = try await bench.connect(#"{"sub":"42"\#(row.claims)}"#)
        #expect(connection == .success(Credentials(user: UserID("42"), timeLeft: row.left)))
        let subscription = try await bench.subscribe(#"{"channel":"news"\#(row.claims)}"#)
        #expect(subscription == .success(SubscriptionGrant(user: .anonymous, channel: "news", timeLeft: row.left)))
    }

    @Test func `expire_at does not keep an expired token alive`() async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"exp":1699999999,"expire_at":0}"#).refusal == "expired")
        #expect(try await bench.connect(#"{"exp":1699999999,"expire_at":1800000000}"#).refusal == "expired")
    }

    @Test(arguments: ["-1", "\"0\"", "1e300", "9223372036854775808", "false"])
    func `an expire_at that is no time is refused`(_ value: String) async throws {
        let bench = try await TokenBench()
        #expect(try await bench.connect(#"{"expire_at":\#(value)}"#).refusal == "claims")
        #expect(try await bench.connect(#"{"subs":{"a":{"expire_at":\#(value)}}}"#).refusal == "claims")
    }

    /// Expired means that another token of the same kind would do.
    @Test func `a token with another defect is not reported as expired`() async throws {
        let bench = try await TokenBench(audience: "here", issuer: "me")
        let rows = [
            (#""aud":"there","iss":"me""#, "audience"), (#""aud":"here","iss":"you""#, "issuer"),
            (#""aud":"here","iss":"me","sub":1"#, "claims"),
            (#""aud":"here","iss":"me","nbf":1700000001"#, "not_before"),
            (#""aud":"here","iss":"me","b64info":"?""#, "claims"), (#""aud":"here","iss":"me""#, "expired"),
        ]
        for (claims, reason) in rows {
            #expect(try await bench.connect(#"{"exp":1,\#(claims)}"#).refusal == reason, "\(claims)")
        }
    }
}
