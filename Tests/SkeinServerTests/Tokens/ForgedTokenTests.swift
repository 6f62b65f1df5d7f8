import Foundation
import SkeinCore
import Testing

@testable import SkeinServer

@Suite struct ForgedTokenTests {
    @Test func `every forged token is refused with its label, for connecting and for subscribing`() async throws {
        let bench = try await TokenBench()
        let forged = try await ForgedToken.all(bench)
        #expect(forged.count >= 30)
        for forgery in forged {
            let connection = await bench.verifier.verifyConnection(forgery.token, now: TokenBench.now)
            let subscription = await bench.verifier.verifySubscription(forgery.token, now: TokenBench.now)
            #expect(connection == .failure(forgery.reason.rejection), "\(forgery.name)")
            #expect(subscription.refusal == forgery.reason.rawValue, "\(forgery.name)")
        }
    }

    @Test(arguments: [TokenAlgorithm.hs256, .es256, .edDSA])
    func `every change of one bit in a token is refused`(_ algorithm: TokenAlgorithm) async throws {
        let bench = try await TokenBench(algorithm)
        let token = Array(try bench.token(ForgedToken.payload).utf8)
        #expect(await bench.verifier.verifyConnection(String(decoding: token, as: UTF8.self), now: 0).refusal == nil)
        for index in token.indices {
            for bit in 0..<7 {
                var changed = token
                changed[index] ^= 1 << UInt8(bit)
                let text = String(decoding: changed, as: UTF8.self)
                let result = await bench.verifier.verifyConnection(text, now: 0)
                #expect(result.refusal != nil, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `every prefix of a token is refused`() async throws {
        let bench = try await TokenBench()
        let token = try bench.token(ForgedToken.payload)
        for length in 0..<token.utf8.count {
            let result = await bench.verifier.verifyConnection(String(token.prefix(length)), now: 0)
            #expect(result.refusal != nil, "\(length) bytes")
        }
    }

    /// RFC 8725 section 2.1: what the server takes for a public key must not serve as a secret.
    @Test(arguments: [TokenAlgorithm.rs256, .ps256, .es256, .edDSA])
    func `a public key is not a secret`(_ algorithm: TokenAlgorithm) async throws {
        let bench = try await TokenBench(algorithm)
        let pem = bench.key.verifyingText
        for secret in [pem, pem + "\n", pem.replacingOccurrences(of: "\n", with: "")] {
            let forger = try await TokenIssuer(algorithm: .hs256, material: .secret(secret))
            let plain = try forger.sign(
                header: Array(ForgedToken.header.utf8),
                payload: Array(ForgedToken.payload.utf8)
            )
            let named = try await TokenIssuer(kid: "main", algorithm: .hs256, material: .secret(secret))
            let disguised = #"{"alg":"\#(algorithm.rawValue)"}"#
            let pretending = try forger.sign(header: Array(disguised.utf8), payload: Array(ForgedToken.payload.utf8))
            let verifier = bench.verifier
            #expect(await verifier.verifyConnection(plain, now: 0).refusal == "algorithm")
            #expect(await verifier.verifyConnection(try named.sign(TokenClaims()), now: 0).refusal == "algorithm")
            #expect(await verifier.verifyConnection(pretending, now: 0).refusal == "signature")
        }
    }

    /// The signature (0, 0) satisfies the equation of a careless ECDSA (CVE-2022-21449).
    @Test(arguments: [TokenAlgorithm.es256, .es384, .es512, .edDSA, .rs256, .ps256])
    func `signatures of zeros are refused`(_ algorithm: TokenAlgorithm) async throws {
        let bench = try await TokenBench(algorithm)
        let good = try bench.token(ForgedToken.payload)
        let signed = good.split(separator: ".").prefix(2).joined(separator: ".")
        for length in [0, 1, 32, 64, 96, 132, 256] {
            let token = signed + "." + Base64URL.encode(Array(repeating: 0, count: length))
            #expect(await bench.verifier.verifyConnection(token, now: 0).refusal == "signature", "\(length) bytes")
        }
    }

    @Test func `a token of exactly 16 KiB is read`() async throws {
        let bench = try await TokenBench()
        // Header and signature take 36 and 43 characters and the periods 2, which leaves a payload of 12227 bytes.
        let filler = String(repeating: "x", count: 12_227 - #"{"sub":""}"#.utf8.count)
        let token = try bench.token(#"{"sub":"\#(filler)"}"#)
        #expect(token.utf8.count == 16 * 1024)
        #expect(await bench.verifier.verifyConnection(token, now: 0).refusal == nil)
        let longer = try bench.token(#"{"sub":"\#(filler)x"}"#)
        #expect(await bench.verifier.verifyConnection(longer, now: 0).refusal == "size")
    }

    @Test func `refusals hold nothing of the token`() async throws {
        let bench = try await TokenBench(audience: "here", issuer: "me")
        let canary = "CANARY-7781"
        let payload = #"{"sub":"\#(canary)","aud":"\#(canary)","iss":"\#(canary)","info":"\#(canary)"}"#
        let tokens = [
            canary, try bench.token(payload), try bench.token(payload, header: #"{"alg":"\#(canary)"}"#),
            try bench.token(payload, header: #"{"alg":"HS256","kid":"\#(canary)"}"#),
        ]
        for token in tokens {
            let result = await bench.verifier.verifyConnection(token, now: 0)
            #expect(result.refusal.map { label in TokenRefusal.allCases.contains { $0.rawValue == label } } == true)
            #expect(!String(reflecting: result).contains(canary))
        }
    }
}
