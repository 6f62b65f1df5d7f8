import ArgumentParser
import Foundation
import SkeinBalancer

/// `skein ring owner`: who serves a client.
struct RingOwner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "owner",
        abstract: "Tell which node serves a client, and which ones follow if it leaves.",
        discussion: "With --keys: one name per line in the order of the file, - where nobody takes clients."
    )

    @OptionGroup var ring: RingSourceOptions

    @Option(name: .long, help: ArgumentHelp("A client id, repeatable.", valueName: "id"))
    var client: [String] = []

    @Option(name: .long, help: ArgumentHelp("File with a client id per line.", valueName: "file"))
    var keys: String?

    @Flag(name: .long, help: "The keys are hexadecimal digits of bytes, which are hashed as they are.")
    var hex = false

    @Flag(name: .long, help: "The balancer chooses through a slot map.")
    var slots = false

    @Flag(name: .long, help: "One JSON object per client and line.")
    var json = false

    func validate() throws {
        if self.client.isEmpty == (self.keys == nil) { throw ValidationError("Give either --client or --keys.") }
    }

    func run() async throws {
        let directory = try await self.ring.directory()
        var clients = self.client
        if let keys {
            guard let data = FileManager.default.contents(atPath: keys) else {
                throw RingFailure("\(keys): cannot be read")
            }
            clients = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
            if clients.last == "" { clients.removeLast() }
        }
        if self.hex, let wrong = clients.first(where: { Self.bytes(ofHex: $0) == nil }) {
            throw RingFailure("\"\(wrong)\" is not an even number of hexadecimal digits")
        }
        let report = OwnerReport(
            ring: try directory.ring(),
            clients: clients,
            usesSlots: self.slots,
            preferences: self.keys == nil || self.json ? 3 : 1,
            key: self.hex ? Self.bytes : directory.key
        )
        Swift.print(self.json ? try report.json() : self.keys == nil ? report.text : report.lines, terminator: "")
    }

    private static func bytes(_ text: String) -> [UInt8] {
        Self.bytes(ofHex: text) ?? []
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}
