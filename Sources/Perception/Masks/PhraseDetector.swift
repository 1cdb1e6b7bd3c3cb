public import Experiment
public import Video

/// A box in pixels, corners (x0, y0) and (x1, y1); it may reach over the frame's borders.
public struct Box: Sendable, Equatable {
    public let x0, y0, x1, y1: Float

    public init(x0: Float, y0: Float, x1: Float, y1: Float) {
        self.x0 = x0
        self.y0 = y0
        self.x1 = x1
        self.y1 = y1
    }
}

/// Something that a caption speaks of, found in a frame.
public struct Detection: Sendable, Equatable {
    public let box: Box
    /// 0 to 1.
    public let score: Float
    /// The caption's words that stand for it; may be empty.
    public let phrase: String

    public init(box: Box, score: Float, phrase: String) {
        self.box = box
        self.score = score
        self.phrase = phrase
    }
}

/// What a detector keeps, and how it is asked.
///
/// The defaults are those of the public evaluators (metrics.md §6), down to the channels in the wrong order. The same keys
/// in a card's `settings` change them.
public struct DetectionRules: Sendable, Equatable {
    /// A box counts when its best word is above.
    public var boxThreshold: Float = 0.30
    /// A word belongs to a box when it is above.
    public var textThreshold: Float = 0.25
    /// Pieces of the caption that are read, with `[CLS]` and `[SEP]`.
    public var pieces = 256
    /// Whether the network is given BGR where its card says RGB, and the reverse.
    public var flipsChannels = true
    /// Whether a caption without a full stop gets one; words after the last one are not understood as a phrase.
    public var endsCaption = false
    /// Whether the network gives probabilities where others give logits.
    public var givesProbabilities = false

    /// - Parameter settings: of a network's card: `box-threshold`, `text-threshold`, `pieces`, `flip-channels`,
    ///   `end-caption`, `probabilities`.
    public init(settings: [String: Double] = [:]) {
        boxThreshold = settings["box-threshold"].map(Float.init) ?? boxThreshold
        textThreshold = settings["text-threshold"].map(Float.init) ?? textThreshold
        pieces = settings["pieces"].flatMap { Int(exactly: $0) }.map { min(max($0, 3), 4096) } ?? pieces
        flipsChannels = settings["flip-channels"].map { $0 != 0 } ?? flipsChannels
        endsCaption = settings["end-caption"].map { $0 != 0 } ?? endsCaption
        givesProbabilities = settings["probabilities"].map { $0 != 0 } ?? givesProbabilities
    }

    func caption(_ text: String) -> String {
        guard endsCaption else { return text }
        let trimmed = text.trimmingPrefix(while: \.isWhitespace)
        let bare = trimmed.reversed().drop { $0.isWhitespace }.reversed()
        return String(bare) + (bare.last == "." || bare.last == "?" ? "" : ".")
    }

    var words: String {
        "box \(boxThreshold) text \(textThreshold) pieces \(pieces) flip \(flipsChannels) end \(endsCaption)"
    }
}

/// GroundingDINO: finds what a caption speaks of.
///
/// The folder holds `model` (ONNX) and `vocabulary` (`vocab.txt`). The network takes the picture by its card, and of
/// `input_ids`, `token_type_ids`, `attention_mask`, `pixel_mask`, `position_ids` and `text_token_mask` those that it has;
/// it gives the roles `logits` (1 x queries x pieces; the card's default name is `logits`) and `boxes` (1 x queries x 4,
/// centre, width and height as shares of the picture; `pred_boxes`).
public struct PhraseDetector: Sendable {
    public let folder: NetworkFolder
    public var rules: DetectionRules
    public let tokenizer: WordPieceTokenizer
    let session: NetworkSession
    private let input: PictureInput

    /// - Throws: `BenchError` 65, when the folder's network or vocabulary is unusable.
    public init(
        _ folder: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int
    ) throws(BenchError) {
        try folder.expect(.phraseDetection)
        guard let input = folder.card.input else { throw folder.wrong("'input' is missing; say how frames go in") }
        self.folder = folder
        self.input = input
        rules = DetectionRules(settings: folder.card.settings)
        tokenizer = try WordPieceTokenizer(path: try folder.file("vocabulary"))
        session = try runtime.session(model: try folder.file("model"), device: device, threads: threads)
    }

    public var device: Device { session.device }

    /// What a caption speaks of, in the network's order.
    /// - Throws: `BenchError` 65, when the network does not do what its card says.
    public func detections(of caption: String, in frame: Frame) throws(BenchError) -> [Detection] {
        let pieces = tokenizer.encode(rules.caption(caption), limit: rules.pieces)
        var picture = input
        if rules.flipsChannels { picture.colour = picture.colour == .rgb ? .bgr : .rgb }
        let pixels = try picture.tensor(of: frame)
        var tensors = GroundingText(pieces: pieces, separators: tokenizer.separators).inputs(of: session)
        tensors[input.name] = pixels
        if let port = session.inputs.first(where: { $0.name == "pixel_mask" }) {
            let shape = [1] + pixels.shape.suffix(2)
            let ones = [Int](repeating: 1, count: shape.reduce(1, *))
            tensors[port.name] = NetworkTensor(shape: shape, integers: ones, as: port.element)
        }
        let logits = folder.card.outputs["logits"] ?? "logits"
        let boxes = folder.card.outputs["boxes"] ?? "pred_boxes"
        let found = try session.run(tensors, outputs: [logits, boxes], unbounded: [logits])
        guard found[0].shape.count == 3, found[1].shape == [1, found[0].shape[1], 4], found[0].shape[0] == 1 else {
            throw folder.wrong(
                "the network gives \(found[0].shape) and \(found[1].shape) for '\(logits)' and '\(boxes)', not 1 x queries x pieces and 1 x queries x 4"
            )
        }
        return rules.detections(
            scores: found[0].floats, boxes: found[1].floats, width: found[0].shape[2], pieces: pieces,
            tokenizer: tokenizer, size: frame.size)
    }
}

extension DetectionRules {
    /// The boxes that count, with their words.
    /// - Parameters:
    ///   - scores: queries x width, logits or probabilities of each piece.
    ///   - boxes: queries x 4, centre, width and height as shares of the picture.
    func detections(
        scores: [Float], boxes: [Float], width: Int, pieces: [Int], tokenizer: WordPieceTokenizer, size: FrameSize
    ) -> [Detection] {
        func probability(_ score: Float) -> Float { givesProbabilities ? score : 1 / (1 + exponential(-score)) }
        guard width > 0 else { return [] }
        var detections: [Detection] = []
        for query in 0..<scores.count / width {
            let row = scores[query * width..<(query + 1) * width]
            let score = probability(row.max() ?? -.infinity)
            guard score > boxThreshold else { continue }
            // The first and the last column never give words, whatever they hold.
            let words = pieces.indices.filter {
                $0 > 0 && $0 < width - 1 && probability(row[row.startIndex + $0]) > textThreshold
            }
            let (x, y, w, h) = (boxes[4 * query], boxes[4 * query + 1], boxes[4 * query + 2], boxes[4 * query + 3])
            let (across, down) = (Float(size.width), Float(size.height))
            let box = Box(
                x0: (x - 0.5 * w) * across, y0: (y - 0.5 * h) * down, x1: (x + 0.5 * w) * across,
                y1: (y + 0.5 * h) * down)
            detections.append(
                Detection(box: box, score: score, phrase: tokenizer.decode(words.map { pieces[$0] })))
        }
        return detections
    }
}
