public import Experiment
internal import Tensors

/// BERT's uncased tokenizer, from the vocabulary that lies beside the network: `vocab.txt`, one piece a line.
///
/// A word is cut greedily into the longest pieces that the vocabulary has; pieces inside a word begin with `##`.
public struct WordPieceTokenizer: Sendable {
    // Text compares equal across normal forms; pieces must not.
    private let pieces: [[UInt8]]
    private let numbers: [[UInt8]: Int]
    private let unknown: Int
    /// The number of `[CLS]`, which every text begins with.
    public let start: Int
    /// The number of `[SEP]`, which every text ends with.
    public let end: Int
    /// The numbers of the pieces between which a caption's phrases lie: `[CLS]`, `[SEP]`, `.` and `?`.
    public let separators: Set<Int>

    /// A word of more characters is unknown.
    private static let longestWord = 100
    private static let most = 1 << 24

    /// - Throws: `BenchError` 65, when the file is no such vocabulary.
    public init(path: String) throws(BenchError) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try RandomAccessFile(path: path).readAll(limit: WordPieceTokenizer.most) } catch
        {
            throw BenchError(.unusableInput, error.description)
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        var numbers: [[UInt8]: Int] = [:]
        for (number, line) in lines.enumerated() { numbers[line] = number }
        func needed(_ piece: String) throws(BenchError) -> Int {
            guard let number = numbers[Array(piece.utf8)] else {
                throw BenchError(
                    .unusableInput,
                    "\(path) has no line '\(piece)', so it is not the vocabulary of a BERT tokenizer; copy vocab.txt from the network's page"
                )
            }
            return number
        }
        unknown = try needed("[UNK]")
        start = try needed("[CLS]")
        end = try needed("[SEP]")
        separators = [start, end, try needed("."), try needed("?")]
        pieces = lines
        self.numbers = numbers
    }

    /// The numbers of a text's pieces between `[CLS]` and `[SEP]`, at most `limit` with both.
    public func encode(_ text: String, limit: Int) -> [Int] {
        var inside: [Int] = []
        for word in BertText.words(text) {
            guard inside.count < limit - 2 else { break }
            inside += self.numbers(of: word)
        }
        return [start] + inside.prefix(max(0, limit - 2)) + [end]
    }

    private func numbers(of word: [Unicode.Scalar]) -> [Int] {
        guard word.count <= WordPieceTokenizer.longestWord else { return [unknown] }
        var found: [Int] = []
        var first = 0
        while first < word.count {
            var match: (number: Int, end: Int)?
            for last in stride(from: word.count, to: first, by: -1) {
                let prefix: [UInt8] = first > 0 ? Array("##".utf8) : []
                if let number = numbers[prefix + word[first..<last].flatMap { Array($0.utf8) }] {
                    match = (number, last)
                    break
                }
            }
            guard let match else { return [unknown] }
            found.append(match.number)
            first = match.end
        }
        return found
    }

    /// The text of pieces: those inside a word are joined to it, and marks to the word before them.
    public func decode(_ numbers: [Int]) -> String {
        var bytes: [UInt8] = []
        for number in numbers where pieces.indices.contains(number) {
            let piece = pieces[number]
            if piece.starts(with: "##".utf8), !bytes.isEmpty {
                bytes += piece.dropFirst(2)
            } else {
                if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
                bytes += piece
            }
        }
        var text = String(decoding: bytes, as: UTF8.self)
        for (spaced, joined) in WordPieceTokenizer.joints { text = text.replacing(spaced, with: joined) }
        return text
    }

    private static let joints = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
}
