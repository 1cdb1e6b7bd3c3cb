internal import CSentencePiece
internal import Experiment
public import Tensors

/// Splits prompts into the tokens of a T5 encoder, by the model file that belongs to it (`spiece.model`; spec §5).
///
/// Safe to use from any thread: a model is only read.
public final class SentencePiece: Sendable {
    /// The token that fills a prompt up.
    public static let pad: Int32 = 0
    /// The token that ends a prompt.
    public static let end: Int32 = 1
    private static let unknown: Int32 = 2
    /// Tokens that only a text's literals `<extra_id_0>` … give; they follow the model's own, the first one last.
    private static let extras = 100
    /// Larger than any model: T5's has 0.8 MB.
    static let mostBytes = 1 << 26
    /// Far more than fills any number of tokens.
    static let mostText = 1 << 20

    /// Number of pieces in the model's file.
    public let pieces: Int
    private nonisolated(unsafe) let model: OpaquePointer

    /// Reads a model's file.
    /// - Throws: `FileError` when it is no SentencePiece model, is damaged, or is not of T5's kind.
    public convenience init(path: String) throws(FileError) {
        let storage = try ByteStorage(mapping: path)
        guard storage.count <= Self.mostBytes else {
            throw FileError(
                .unsupported, file: path,
                "has \(storage.count) bytes, more than any SentencePiece model; name the encoder's spiece.model")
        }
        try self.init(storage.withBytes { [UInt8]($0) }, file: path)
    }

    /// A model from the bytes of its file; `file` names it in errors.
    public init(_ bytes: [UInt8], file: String) throws(FileError) {
        let damaged = FileError(
            .malformed, file: file, "is no SentencePiece model or is damaged; copy the encoder's spiece.model again")
        guard bytes.count <= Self.mostBytes, SentencePieceCheck.isSound(bytes) else { throw damaged }
        var reason = [CChar](repeating: 0, count: 256)
        guard let model = tb_sentencepiece_load(bytes, bytes.count, &reason, reason.count) else { throw damaged }
        var special: (pad: Int32, end: Int32, unknown: Int32) = (-1, -1, -1)
        tb_sentencepiece_special(model, &special.pad, &special.end, &special.unknown)
        guard special == (Self.pad, Self.end, Self.unknown) else {
            tb_sentencepiece_free(model)
            throw FileError(
                .unsupported, file: file,
                "numbers padding \(special.pad), the end \(special.end) and the unknown \(special.unknown) where T5 has 0, "
                    + "1 and 2; name the spiece.model that belongs to the text encoder")
        }
        self.model = model
        pieces = Int(tb_sentencepiece_count(model))
    }

    deinit { tb_sentencepiece_free(model) }

    /// A prompt's tokens, at most `tokens` of them, the last one always the end; not padded.
    /// - Throws: `BenchError` when the text is too long to be a prompt.
    public func encode(_ text: String, tokens: Int) throws -> [Int32] {
        precondition(tokens > 0)
        return try split(text).prefix(tokens - 1) + [Self.end]
    }

    /// What a person should know of a text that has more tokens than are read.
    func note(on text: String, called name: String, tokens: Int) throws -> String? {
        guard try split(text).count > tokens - 1 else { return nil }
        return "\(name) is longer than the \(tokens) tokens that the text encoder reads: its end has no effect"
    }

    /// All tokens of a text, without the end.
    private func split(_ text: String) throws -> [Int32] {
        var ids: [Int32] = []
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.mostText else {
            throw BenchError(
                .usage,
                "the prompt has \(bytes.count) bytes; at most \(Self.mostText) are read, of which the first few hundred "
                    + "words count: shorten it")
        }
        var start = 0
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<"), let (id, length) = literal(bytes[place...]) else {
                place += 1
                continue
            }
            ids += try split(bytes[start..<place])
            ids.append(id)
            place += length
            start = place
        }
        return ids + (try split(bytes[start...]))
    }

    /// The special token that a text begins with, as T5's own tokenizer reads it, and its length in bytes.
    private func literal(_ bytes: ArraySlice<UInt8>) -> (Int32, Int)? {
        for (word, id) in [("<pad>", Self.pad), ("</s>", Self.end), ("<unk>", Self.unknown)]
        where bytes.starts(with: word.utf8) {
            return (id, word.utf8.count)
        }
        let prefix = "<extra_id_"
        guard bytes.starts(with: prefix.utf8) else { return nil }
        let digits = bytes.dropFirst(prefix.utf8.count).prefix(3).prefix { (0x30...0x39).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)), number < Self.extras,
            String(number).utf8.elementsEqual(digits), bytes.dropFirst(prefix.utf8.count + digits.count).first == 0x3e
        else { return nil }
        return (Int32(pieces + Self.extras - 1 - number), prefix.utf8.count + digits.count + 1)
    }

    private func split(_ bytes: ArraySlice<UInt8>) throws -> [Int32] {
        guard !bytes.isEmpty else { return [] }
        let text = bytes.map { CChar(bitPattern: $0) }
        var ids = [Int32](repeating: 0, count: text.count + 1)
        while true {
            let found = tb_sentencepiece_encode(model, text, text.count, &ids, ids.count)
            guard found >= 0 else {
                throw BenchError(
                    .unusableInput, "the prompt cannot be split into tokens; check the text encoder's spiece.model")
            }
            guard found > ids.count else { return Array(ids.prefix(Int(found))) }
            ids = [Int32](repeating: 0, count: Int(found))
        }
    }
}
