internal import Foundation
public import Tensors

/// What the numbers of depth are. Depth of unlike kinds is never compared.
public enum DepthKind: String, Sendable, CaseIterable {
    /// Distances, larger is farther, in metres or any other length.
    case metres
    /// One over the distance up to a scale, larger is nearer: what Video Depth Anything gives, and the public caches hold.
    case disparity
    /// Distances up to a scale and an unknown shift, larger is farther: nothing else can be made of them.
    case relative

    /// The file that says the kind of all depth files of its folder, where they do not say it themselves: {"kind": "disparity"}.
    public static let cardName = "card.json"

    /// - Throws: `FileError`, when there is no such kind.
    init?(_ text: String?, file: String) throws(FileError) {
        guard let text else { return nil }
        guard let kind = DepthKind(rawValue: text) else {
            throw FileError(
                .unsupported, file: file,
                "says that its depth is of the kind '\(text)'; the kinds are \(Self.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        self = kind
    }

    /// What the card in a file's folder says; nil where there is none.
    /// - Throws: `FileError`, when the card is damaged or names no kind.
    init?(besides path: String) throws(FileError) {
        let card = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/" + Self.cardName
        guard FileManager.default.fileExists(atPath: card) else { return nil }
        guard case .string(let text)? = try JSON(path: card, limit: 1 << 16)["kind"] else {
            throw FileError(.malformed, file: card, "has no 'kind'; write {\"kind\": \"disparity\"}, or remove it")
        }
        try self.init(text, file: card)
    }
}

/// Depth as disparity: every distance becomes one over it, and what is no distance stays as invalid as it was.
final class DisparityReader: DepthReader {
    private let metres: any DepthReader

    init(of metres: any DepthReader) { self.metres = metres }

    var path: String { metres.path }
    var size: FrameSize { metres.size }
    var frames: Int { metres.frames }
    var kind: DepthKind? { .disparity }

    func next() throws(FileError) -> DepthFrame? {
        guard var frame = try metres.next() else { return nil }
        for i in frame.values.indices where frame.values[i] > 0 { frame.values[i] = 1 / frame.values[i] }
        return frame
    }
}

/// Depth of both sides of a pair, brought to one kind.
public struct DepthPair {
    public let reference: any DepthReader
    public let generated: any DepthReader
    /// What is compared; nil where neither side says it.
    public let kind: DepthKind?
    /// Whether both sides say what they are.
    public let isKnown: Bool
    /// What a person should know of how the kinds were brought together.
    public let notes: [String]

    /// - Parameters: kinds where something else than the files knows them: those of the networks that made them.
    /// - Throws: `FileError`, when a file is unusable or the kinds cannot be compared.
    public init(
        reference: String, generated: String, kinds: (reference: DepthKind?, generated: DepthKind?) = (nil, nil)
    ) throws(FileError) {
        let (x, y) = (try openDepth(reference), try openDepth(generated))
        switch (kinds.reference ?? x.kind, kinds.generated ?? y.kind) {
        case (let a, let b) where a == b: (self.reference, self.generated, kind, notes) = (x, y, a, [])
        case (.metres, .disparity):
            (self.reference, self.generated, kind) = (DisparityReader(of: x), y, .disparity)
            notes = ["the reference's depth is metres and the generated one disparity: one over the metres is compared"]
        case (.disparity, .metres):
            (self.reference, self.generated, kind) = (x, DisparityReader(of: y), .disparity)
            notes = ["the reference's depth is disparity and the generated one metres: one over the metres is compared"]
        case (let a?, let b?):
            throw FileError(
                .unsupported, file: generated,
                "holds depth of the kind \(b.rawValue) and \(reference) of the kind \(a.rawValue), which cannot be compared; give both of one kind"
            )
        case (let a, let b):
            (self.reference, self.generated, kind) = (x, y, a ?? b)
            let (silent, known) = a == nil ? (reference, "generated") : (generated, "reference's")
            let word = (a ?? b)?.rawValue ?? ""
            notes = [
                "\(silent) does not say what kind of depth it holds, and is taken for \(word) as the \(known) depth is; {\"kind\": \"\(word)\"} in \(DepthKind.cardName) beside it says so"
            ]
        }
        isKnown = (kinds.reference ?? x.kind) != nil && (kinds.generated ?? y.kind) != nil
    }
}
