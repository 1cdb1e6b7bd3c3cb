internal import Experiment
internal import Foundation
internal import Yams

/// Reads the one document of a YAML file, so that no file can crash the process or keep it busy.
enum YAMLFile {
    /// Suites are written by hand: a few kilobytes.
    static let sizeLimit = 256 << 10

    /// The whole document.
    /// - Parameter kind: what the file is, as "a suite".
    /// - Throws: `BenchError` 65: no regular file, too large, not UTF-8, not one YAML document, or with things in it that no
    ///   file of ours needs.
    static func read(path: String, kind: String) throws(BenchError) -> YAMLValue {
        var bytes = try bytes(of: path, kind: kind)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }  // a byte order mark
        if try YAMLGrowth.check(bytes, path: path) {
            // The parser compares keys: none may be a list of aliases within a list of aliases.
            try parse(YAMLGrowth.withoutAliases(bytes), path: path, kind: kind).checkWhole()
        }
        let document = try parse(bytes, path: path, kind: kind)
        try document.checkWhole()
        return document
    }

    private static func parse(_ bytes: [UInt8], path: String, kind: String) throws(BenchError) -> YAMLValue {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = lineOfDamage(bytes)
            throw BenchError(
                .unusableInput, "\(path):\(line): the text is not UTF-8; save the file with the encoding UTF-8")
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw error.sentence(path: path, text: text, kind: kind)
        } catch {
            throw BenchError(.unusableInput, "\(path) is not YAML (\(error)); see README for the format of \(kind)")
        }
        let document = root.map { YAMLValue(node: $0, file: path, key: "") }
        guard let document, !document.isNothing else {
            throw BenchError(.unusableInput, "\(path) is empty; README shows what \(kind) holds")
        }
        return document
    }

    private static func bytes(of path: String, kind: String) throws(BenchError) -> [UInt8] {
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw BenchError(.unusableInput, "there is no file \(path); name the YAML file of \(kind)")
        }
        switch info.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw BenchError(.unusableInput, "\(path) is a folder; name the YAML file in it")
        default: throw BenchError(.unusableInput, "\(path) is not a regular file; name the YAML file of \(kind)")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw BenchError(.unusableInput, "\(path) cannot be opened; check its permissions")
        }
        defer { try? handle.close() }
        let data: Data?
        do { data = try handle.read(upToCount: sizeLimit + 1) } catch {
            throw BenchError(.unusableInput, "\(path) cannot be read (\(error.localizedDescription))")
        }
        guard let data, data.count <= sizeLimit else {
            guard data != nil else { return [] }
            throw BenchError(
                .unusableInput, "\(path) has more than \(sizeLimit >> 10) KiB; \(kind) is a text of a few pages")
        }
        return Array(data)
    }

    /// The line, from 1, of the first byte that is no UTF-8.
    private static func lineOfDamage(_ bytes: [UInt8]) -> Int {
        var (line, decoder, iterator) = (1, UTF8(), bytes.makeIterator())
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" { line += 1 }
        }
        return line
    }
}

extension YamlError {
    /// The parser's finding as a sentence with place and remedy.
    fileprivate func sentence(path: String, text: String, kind: String) -> BenchError {
        func wrong(_ line: Int, _ what: String) -> BenchError {
            BenchError(.unusableInput, "\(path):\(line): \(what)")
        }
        switch self {
        case .reader(let problem, let offset, _, _):
            let line = 1 + text.prefix(offset ?? 0).count { $0.isNewline }
            return wrong(line, "the text has a character that YAML does not allow (\(problem)); remove it")
        case .composer(_, _, let mark, _) where description.contains("another document"):
            return wrong(mark.line, "a second document begins here; \(kind) is one document: remove what follows '---'")
        case .composer(_, let problem, let mark, _):
            return wrong(mark.line, "the text is not YAML (\(problem)); define it as &name before it is used")
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
            if lines.indices.contains(mark.line - 1), lines[mark.line - 1].contains("\t") {
                return wrong(mark.line, "the line has a tab; YAML is indented with spaces")
            }
            let found = context.map { "\($0.text) from line \($0.mark.line): \(problem)" } ?? problem
            return wrong(mark.line, "the text is not YAML (\(found)); check indentation, brackets and quotes there")
        case .duplicatedKeysInMapping(let keys, let context):
            return wrong(
                context.mark.line,
                "the key '\((keys.first ?? "").shortened)' is given twice in one place; keep one of them")
        default:
            return BenchError(.unusableInput, "\(path) is not YAML; README shows what \(kind) holds")
        }
    }
}
