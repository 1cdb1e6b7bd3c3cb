public import Experiment
public import Tensors

/// The tensors that a video passes through on its way, by name: those that `generate --tensors` writes and that
/// `generate --latents` puts in the place of its own, so that any other implementation can be held against this one without
/// videos.
///
/// - `text` [M, width] or [1, M, width]; `text.negative`, what guidance leads away from.
/// - for every clip C, from 0: `clip.C.noise`, the normal numbers of its seed; `clip.C.initial`, what the sampler begins with, at
///   the highest noise level; `clip.C.final`, the clean latent that it ends with; `clip.C.hint.CONTROL`, the encoded control
///   video, scaled: each [1, channels, frames, rows, columns] of latents.
/// - `clip.C.weight.CONTROL`: one number, or a map of tokens [frames, rows, columns] or of pixels; not divided by any sum.
public struct GenerationTensors: Sendable {
    /// A latent of a clip.
    public enum Latent: String, Sendable, CaseIterable {
        case noise, initial, final
    }

    private enum Place: Equatable {
        case text, negativeText
        case latent(Latent, clip: Int)
        case hint(String, clip: Int)
        case weight(String, clip: Int)

        init?(_ name: String) {
            let words = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            switch words.count {
            case 1 where name == "text": self = .text
            case 2 where name == "text.negative": self = .negativeText
            case 3, 4:
                guard words[0] == "clip", let clip = Int(words[1]), clip >= 0, "\(clip)" == words[1] else { return nil }
                switch words[2] {
                case "hint" where words.count == 4: self = .hint(words[3], clip: clip)
                case "weight" where words.count == 4: self = .weight(words[3], clip: clip)
                default:
                    guard words.count == 3, let latent = Latent(rawValue: words[2]) else { return nil }
                    self = .latent(latent, clip: clip)
                }
            default: return nil
            }
        }

        var name: String {
            switch self {
            case .text: "text"
            case .negativeText: "text.negative"
            case .latent(let latent, let clip): "clip.\(clip).\(latent.rawValue)"
            case .hint(let control, let clip): "clip.\(clip).hint.\(control)"
            case .weight(let control, let clip): "clip.\(clip).weight.\(control)"
            }
        }
    }

    private let file: String
    private let stored: [String: StoredTensor]

    /// - Parameter file: where they come from, for sentences.
    /// - Throws: `BenchError` naming a tensor that is none of the above.
    public init(_ tensors: [String: StoredTensor], file: String) throws(BenchError) {
        if let stranger = tensors.keys.sorted().first(where: { Place($0) == nil }) {
            throw BenchError(
                .unusableInput,
                "\(file): holds '\(stranger)'; tensors are called text, text.negative, clip.0.noise, clip.0.initial, "
                    + "clip.0.final, clip.0.hint.CONTROL, clip.0.weight.CONTROL, and so on for the clips 1, 2, …")
        }
        (self.file, stored) = (file, tensors)
    }

    /// - Throws: `BenchError` when a tensor belongs to a clip or a control that the video does not have.
    func check(clips: Int, controls: [String]) throws(BenchError) {
        for name in stored.keys.sorted() {
            let (clip, control): (Int, String?) =
                switch Place(name) {
                case .latent(_, let clip): (clip, nil)
                case .hint(let control, let clip), .weight(let control, let clip): (clip, control)
                default: (0, nil)
                }
            guard clip < clips else {
                throw BenchError(
                    .unusableInput,
                    "\(file): holds '\(name)', and the video has \(clips) clip\(clips == 1 ? "" : "s"), numbered from 0; "
                        + "leave it out, or make a longer video")
            }
            if let control, !controls.contains(control) {
                throw BenchError(
                    .unusableInput,
                    "\(file): holds '\(name)', and the specification has no control '\(control)'; name it there, with its "
                        + "video and weight")
            }
        }
    }

    /// What given latents leave without effect.
    /// - Parameters:
    ///   - clips: of the video.
    ///   - hasVideo: whether there is an input video.
    func notes(clips: Int, hasVideo: Bool) -> [String] {
        let given = { (latent: Latent) in (0..<clips).filter { self.stored[Self.name(latent, clip: $0)] != nil } }
        let final = given(.final)
        let initial = given(.initial).filter { !final.contains($0) }
        func names(_ indices: [Int]) -> String {
            let list = indices.map(String.init).joined(separator: ", ")
            return clips == 1 ? "the video" : "\(indices.count == 1 ? "clip" : "clips") \(list) of \(clips)"
        }
        var notes: [String] = []
        if !final.isEmpty {
            notes.append(
                "\(file) gives the final latent of \(names(final)), which is decoded as it is: prompts, controls, seed, steps and guidance have no effect there"
            )
        }
        if !initial.isEmpty {
            notes.append(
                "\(file) gives the initial latent of \(names(initial)): the seed's noise\(hasVideo ? " and the input video have" : " has") no effect there"
            )
        }
        return notes
    }

    /// The embedding of the prompt, or of the negative one; nil where it is not given.
    /// - Parameters:
    ///   - tokens: rows that the transformer takes.
    ///   - width: numbers in a row.
    func text(isNegative: Bool, tokens: Int, width: Int) throws -> Tensor? {
        let name = (isNegative ? Place.negativeText : .text).name
        return try stored[name].map {
            try PrecomputedEmbedding.padded($0, file: "\(file): \(name)", tokens: tokens, width: width)
        }
    }

    /// - Throws: `BenchError` when it has another shape, or a number that is not finite.
    func latent(_ latent: Latent, clip: Int, shape: [Int]) throws(BenchError) -> Tensor? {
        try tensor(.latent(latent, clip: clip), shape)
    }

    /// - Throws: `BenchError` when it has another shape, or a number that is not finite.
    func hint(_ control: String, clip: Int, shape: [Int]) throws(BenchError) -> Tensor? {
        try tensor(.hint(control, clip: clip), shape)
    }

    /// - Parameters:
    ///   - tokens: of a clip, frames, rows and columns.
    ///   - temporal: frames in a latent frame, for maps in pixels.
    /// - Throws: `BenchError` when it has another shape, or a number that is negative or not finite.
    func weight(_ control: String, clip: Int, tokens: [Int], temporal: Int) throws -> TokenWeight? {
        let name = Place.weight(control, clip: clip).name
        do {
            return try stored[name].map {
                try TokenWeight($0, control: control, tokens: tokens, batch: 1, temporal: temporal)
            }
        } catch let error as BenchError {
            throw BenchError(error.code, "\(file): \(name): \(error.sentence)")
        }
    }

    private func tensor(_ place: Place, _ shape: [Int]) throws(BenchError) -> Tensor? {
        guard let found = stored[place.name] else { return nil }
        // The shape first: a large tensor that does not fit is never read.
        guard found.shape == shape else {
            throw BenchError(
                .unusableInput,
                "\(file): \(place.name) has the shape \(found.shape) where \(shape) is expected (\(Self.axes))")
        }
        let tensor = found.tensor()
        try expect("\(file): \(place.name)", tensor, shape)
        return tensor
    }

    private static let axes = "1, channels, latent frames, rows, columns"
}

/// Takes tensors by the names of `GenerationTensors`, as they come.
public typealias GenerationObserver = (_ name: String, _ value: Tensor) -> Void

extension GenerationTensors {
    static func name(_ latent: Latent, clip: Int) -> String { Place.latent(latent, clip: clip).name }

    /// Hands over a clip's hints and weights, weights as maps of tokens.
    static func report(_ hints: [ControlHint], clip: Int, tokens: [Int], to observer: GenerationObserver) {
        for hint in hints {
            observer(Place.hint(hint.name, clip: clip).name, hint.latent)
            let map =
                switch hint.weight {
                case .uniform(let numbers): Tensor(shape: tokens, repeating: numbers[0])
                case .map(let map): map.reshaped(tokens)
                }
            observer(Place.weight(hint.name, clip: clip).name, map)
        }
    }

    /// Hands over the embeddings of a video.
    static func report(_ request: GenerationRequest, to observer: GenerationObserver) {
        observer(Place.text.name, request.prompt)
        let isGuided = request.sampler.guidance != 0 && !request.isDistilled
        if isGuided { observer(Place.negativeText.name, request.unconditionalPrompt) }
    }
}
