internal import Experiment
internal import Foundation

/// What a program has written on its standard output and standard error.
struct CommandLog {
    /// The files that these go to.
    let output, errors: String

    /// Where the log of a video that failed is kept: beside its place.
    static func place(of video: String) -> String {
        URL(fileURLWithPath: video).deletingPathExtension().path + ".failed.log"
    }

    /// The last lines of standard error, or where there is nothing, of standard output; empty where a program said nothing.
    func lastWords() -> String {
        let lines = [errors, output].lazy.map(Self.lastLines).first { !$0.isEmpty } ?? []
        return lines.isEmpty ? "" : "; it said: " + lines.joined(separator: " | ")
    }

    private static func lastLines(of path: String) -> [String] {
        let lines = end(of: path, most: 4096).split(whereSeparator: \.isNewline).map { line in
            let plain = plainText(String(line)).trimmingCharacters(in: .whitespaces)
            return plain.count > 300 ? plain.prefix(300) + "…" : plain
        }
        return Array(lines.filter { !$0.isEmpty }.suffix(3))
    }

    /// The lines of what was written last, standard output after standard error: a program may say a lot.
    func reportedLines() -> [String] {
        [errors, output].flatMap { path -> [String] in
            Self.end(of: path, most: 1 << 20).split(whereSeparator: \.isNewline).map { String($0.prefix(4096)) }
        }
    }

    private static func end(of path: String, most: UInt64) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        let end = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: end > most ? end - most : 0)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }

    /// Keeps all of it in one file, as the program wrote it.
    /// - Parameter heading: the lines before it.
    /// - Returns: whether that could be written.
    func keep(at path: String, heading: String) -> Bool {
        guard FileManager.default.createFile(atPath: path, contents: Data((heading + "\n").utf8)),
            let log = FileHandle(forWritingAtPath: path)
        else { return false }
        do {
            try log.seekToEnd()
            for (title, part) in [("standard error", errors), ("standard output", output)] {
                guard let file = FileHandle(forReadingAtPath: part) else { continue }
                try log.write(contentsOf: Data("\n--- \(title)\n".utf8))
                while let bytes = try file.read(upToCount: 1 << 18), !bytes.isEmpty { try log.write(contentsOf: bytes) }
            }
            try log.close()
        } catch { return false }
        return true
    }
}

/// Why a program made no video.
public struct CommandFailure: Error, CustomStringConvertible {
    /// What the program did, with what it said last.
    public let cause: String
    /// The file that has all that it said; nil where it could not be written.
    public let log: String?

    public var description: String {
        cause + (log.map { "; its whole log is \($0)" } ?? "; its log could not be kept")
    }
}
