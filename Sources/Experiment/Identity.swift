import Foundation

/// The SHA-256 of everything that can change a thing. Same identity, same thing: resuming, caching and merging rest on it.
public struct Identity: Sendable, Hashable, CustomStringConvertible {
    /// 64 hexadecimal digits.
    public let hex: String

    public init(hex: String) { self.hex = hex }

    /// Of a list of texts; where one ends and the next begins matters.
    public init(of parts: [String]) {
        var hash = SHA256()
        for var part in parts {
            var count = "\(part.utf8.count):"
            count.withUTF8 { hash.update($0) }
            part.withUTF8 { hash.update($0) }
        }
        hex = hash.finish()
    }

    public var description: String { hex }
}

extension Artifact {
    /// Reads a file once for its size and hash.
    /// - Throws: `BenchError`, when it cannot be read.
    public init(hashing path: String) throws(BenchError) {
        guard let file = fopen(path, "rb") else {
            throw BenchError(.unusableInput, "\(path) cannot be read (\(String(cString: strerror(errno))))")
        }
        defer { fclose(file) }
        var hash = SHA256()
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let n = fread(&buffer, 1, buffer.count, file)
            if n == 0 { break }
            hash.update(buffer[..<n])
            total += n
        }
        guard ferror(file) == 0 else {
            throw BenchError(.unusableInput, "\(path) cannot be read to its end (\(String(cString: strerror(errno))))")
        }
        self.init(path: path, bytes: total, sha256: hash.finish())
    }
}
