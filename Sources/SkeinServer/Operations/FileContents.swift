#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads small files whole: configuration, PEM keys, and what the kernel shows under `/proc`.
enum FileContents {
    /// Larger files are refused; nothing that the server reads comes near.
    static let maximumSize = 16 << 20

    /// Why a file was not read, in the system's words.
    struct Failure: Error, Equatable {
        let reason: String
    }

    /// Blocks for as long as the file system does.
    static func read(_ path: String) throws(Failure) -> String {
        guard let file = fopen(path, "rb") else { throw Failure(reason: String(cString: strerror(errno))) }
        defer { fclose(file) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            contents.append(contentsOf: chunk.prefix(count))
            if contents.count > Self.maximumSize { throw Failure(reason: "File too large") }
        }
        guard ferror(file) == 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        guard let text = String(validating: contents, as: UTF8.self) else { throw Failure(reason: "Not UTF-8 text") }
        return text
    }
}
