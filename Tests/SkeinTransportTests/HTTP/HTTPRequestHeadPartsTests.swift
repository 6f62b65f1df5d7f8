import NIOHTTP1
import Testing

@testable import SkeinTransport

@Suite struct HTTPRequestHeadPartsTests {
    private func head(_ uri: String, _ headers: HTTPHeaders = [:]) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers)
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a?b=c", "/a"), ("/a#b", "/a"), ("/a#b?c=d", "/a"), ("/a%20b?", "/a%20b"),
        ("?", ""), ("*", "*"),
    ])
    func `the path is what is in front of the query, not decoded`(uri: String, path: String) {
        #expect(self.head(uri).path == path)
    }

    @Test(
        arguments: [
            ("/", [:]), ("/?", [:]), ("/?a=1", ["a": "1"]), ("/?a=1&b=2", ["a": "1", "b": "2"]), ("/?a", ["a": ""]),
            ("/?a=", ["a": ""]), ("/?=1", ["": "1"]), ("/?a=1&a=2", ["a": "2"]), ("/?a=b=c", ["a": "b=c"]),
            ("/?&&a=1&&", ["a": "1"]), ("/?a=1?b=2", ["a": "1?b=2"]), ("/?a=1#b=2", ["a": "1"]),
            ("/?a=x+y", ["a": "x y"]), ("/?a=%26%3D%23", ["a": "&=#"]), ("/?%61=%62", ["a": "b"]),
            ("/?a=%c3%A9", ["a": "é"]), ("/?a=%", ["a": "%"]), ("/?a=%4", ["a": "%4"]), ("/?a=%zz", ["a": "%zz"]),
            ("/?a=%%41", ["a": "%A"]), ("/?a=%ff", ["a": "\u{FFFD}"]),
        ] as [(String, [String: String])]
    )
    func `the query is decoded, and the last one of a name counts`(uri: String, query: [String: String]) {
        #expect(self.head(uri).query == query)
    }

    @Test(arguments: ["%+1", "%-0", "%+f", "% 1"])
    func `a percent sign stands for a byte only in front of two hexadecimal digits (RFC 3986 section 2.1)`(
        text: String
    ) {
        let expected = text.replacing("+", with: " ")
        #expect(self.head("/?a=\(text)").query == ["a": expected])
    }

    @Test func `a question mark behind a number sign starts no query (RFC 3986 section 3.5)`() {
        #expect(self.head("/a#b?c=d").query == [:])
    }

    @Test(
        arguments: [
            ([:], true), (["content-length": "5"], true), (["transfer-encoding": "chunked"], true),
            (["Transfer-Encoding": "Chunked"], true),
            (["content-length": "5", "Content-Length": "5"], false),
            (["content-length": "5", "transfer-encoding": "chunked"], false),
            (["transfer-encoding": "chunked", "Transfer-Encoding": "chunked"], false),
            (["transfer-encoding": "gzip, chunked"], false), (["transfer-encoding": "identity"], false),
            (["transfer-encoding": "chunked "], false), (["transfer-encoding": ""], false),
        ] as [(HTTPHeaders, Bool)]
    )
    func `a body has one length or none (RFC 9112 section 6.3)`(headers: HTTPHeaders, expected: Bool) {
        #expect(self.head("/", headers).hasOneLength == expected)
    }

    @Test(
        arguments: [
            ([:], 0), (["content-length": "0"], 0), (["content-length": "17"], 17),
            (["content-length": "99999999999999999999"], .max), (["content-length": "x"], .max),
        ] as [(HTTPHeaders, Int)]
    )
    func `the announced length is a number, or too much`(headers: HTTPHeaders, expected: Int) {
        #expect(self.head("/", headers).announcedLength == expected)
    }
}
