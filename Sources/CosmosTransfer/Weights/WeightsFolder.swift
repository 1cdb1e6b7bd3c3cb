public import Experiment
internal import Foundation
internal import Tensors

/// A folder with the weights of one model; README describes its layout.
///
/// Opening it reads `config.json` and looks which files are there. The parts are mapped when they are asked for, in official
/// names without prefix, and checked against the configuration.
public struct WeightsFolder: Sendable {
    public let path: String
    public let configuration: ModelConfiguration

    /// - Throws: `BenchError` 69 when there is no such folder or nothing in it says what the model is, 65 for a
    ///   `config.json` that is not usable.
    public init(path: String) throws(BenchError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw BenchError(
                .missing,
                FileManager.default.fileExists(atPath: path)
                    ? "\(path) is a file; name the folder that holds config.json and the weights"
                    : "there is no weights folder \(path); name a folder with config.json and weights")
        }
        self.path = path
        configuration = try Self.configuration(of: path)
    }

    // MARK: files

    /// Suffixes of files with tensors, the preferred first.
    private static let suffixes = [".safetensors", ".safetensors.index.json", ".pt", ".pth"]

    /// The file of a part; nil when there is none.
    public func file(_ part: Part) -> String? { part.stems.lazy.compactMap { Self.file($0, in: path) }.first }

    static func file(_ stem: String, in folder: String) -> String? {
        let candidates = stem.hasSuffix(".jit") ? [stem] : suffixes.map { stem + $0 }
        return candidates.map { folder + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// What a weights folder may hold.
    public enum Part: Sendable, Hashable {
        case base
        case control(String)
        case distilledEdge
        case tokenizer, tokenizerEncoder, tokenizerDecoder, latentStatistics
        case textEncoder

        /// Names of its file without suffix.
        var stems: [String] {
            switch self {
            case .base: ["base_model"]
            case .control("upscale"): ["upscale_control", "4kupscaler_control"]
            case .control(let name): ["\(name)_control"]
            case .distilledEdge: ["edge_control_distilled"]
            case .tokenizer: ["tokenizer"]
            case .tokenizerEncoder: ["encoder.jit"]
            case .tokenizerDecoder: ["decoder.jit"]
            case .latentStatistics: ["mean_std"]
            case .textEncoder: ["text_encoder"]
            }
        }
    }

    private func require(_ part: Part, _ what: String) throws(BenchError) -> String {
        if let file = file(part) { return file }
        let stem = part.stems[0]
        throw BenchError(
            .missing, "\(path) has no weights of \(what): \(stem).safetensors or \(stem).pt is expected there")
    }

    private func section<T>(_ section: T?, _ key: String, for what: String) throws(BenchError) -> T {
        guard let section else {
            throw BenchError(.missing, "\(path)/config.json has no '\(key)', which says how \(what) is made; add it")
        }
        return section
    }

    // MARK: parts

    /// The base network (spec §2.10).
    /// - Throws: `BenchError` 69 when its file or its section of the configuration is missing, 65 when they do not fit.
    public func base() throws(BenchError) -> WeightSet {
        let dit = try section(configuration.dit, "dit", for: "the base network")
        let weights = try WeightSet(path: require(.base, "the base network"))
        return try Self.base(weights, dit)
    }

    /// One control branch (spec §1.2).
    /// - Parameter path: a file to take in place of the folder's.
    /// - Throws: `BenchError` 69 when its file or its section of the configuration is missing, 65 when they do not fit.
    public func control(_ name: String, file path: String? = nil) throws(BenchError) -> WeightSet {
        let dit = try section(configuration.dit, "dit", for: "the control '\(name)'")
        let ctrl = try section(configuration.ctrl, "ctrl", for: "the control '\(name)'")
        let file = if let path { path } else { try require(.control(name), "the control '\(name)'") }
        let weights = try WeightSet(path: file)
        return try Self.control(weights, dit, ctrl)
    }

    /// Base network and edge branch of the distilled model (spec §1.11).
    /// - Throws: `BenchError` 69 when the file or the configuration is missing, 65 when they do not fit.
    public func distilledEdge() throws(BenchError) -> (base: WeightSet, control: WeightSet) {
        let dit = try section(configuration.dit, "dit", for: "the distilled model")
        let ctrl = try section(configuration.ctrl, "ctrl", for: "the distilled model")
        let weights = try WeightSet(path: require(.distilledEdge, "the distilled edge model"))
        guard let parts = weights.distilledParts() else {
            throw BenchError(
                .unusableInput,
                "\(weights.source) holds no 'net.base_model.net.' and 'net.net_ctrl.' tensors; it is no distilled model"
            )
        }
        return (try Self.base(parts.base, dit), try Self.control(parts.control, dit, ctrl))
    }

    private static func base(_ weights: WeightSet, _ dit: TransformerConfiguration) throws(BenchError) -> WeightSet {
        let expected = dit.baseTensors()
        return try weights.inOfficialNames(expected, diffusers: DiffusersNames.baseNetwork).checked(expected)
    }

    private static func control(
        _ weights: WeightSet, _ dit: TransformerConfiguration, _ ctrl: ControlConfiguration
    ) throws(BenchError) -> WeightSet {
        let expected = dit.controlTensors(ctrl)
        return try weights.inOfficialNames(expected) { _ in nil }
            .checked(expected, ignoring: dit.unusedControlTensors().keys)
    }

    /// Encoder and decoder of the tokenizer (spec §4.9).
    /// - Throws: `BenchError` 69 when a file or the section of the configuration is missing, 65 when they do not fit.
    public func tokenizer() throws(BenchError) -> WeightSet {
        let encoder = try tokenizerEncoder()
        let decoder = try tokenizerDecoder()
        let source = encoder.source == decoder.source ? encoder.source : "\(encoder.source) and \(decoder.source)"
        return WeightSet(tensors: encoder.tensors.merging(decoder.tensors) { $1 }, source: source)
    }

    /// The tokenizer's encoder with `quant_conv`, from `tokenizer.safetensors` or `encoder.jit`.
    public func tokenizerEncoder() throws(BenchError) -> WeightSet {
        let sizes = try section(configuration.tokenizer, "tokenizer", for: "the tokenizer")
        return try tokenizer(
            .tokenizerEncoder, sizes, expected: sizes.encoderTensors(),
            ignored: [sizes.unusedEncoderTensors(), sizes.decoderTensors(), sizes.unusedDecoderTensors()])
    }

    /// The tokenizer's decoder with `post_quant_conv`, from `tokenizer.safetensors` or `decoder.jit`.
    public func tokenizerDecoder() throws(BenchError) -> WeightSet {
        let sizes = try section(configuration.tokenizer, "tokenizer", for: "the tokenizer")
        return try tokenizer(
            .tokenizerDecoder, sizes, expected: sizes.decoderTensors(),
            ignored: [sizes.unusedDecoderTensors(), sizes.encoderTensors(), sizes.unusedEncoderTensors()])
    }

    private func tokenizer(
        _ half: Part, _ sizes: TokenizerConfiguration, expected: [String: [Int]], ignored: [[String: [Int]]]
    ) throws(BenchError) -> WeightSet {
        guard let file = file(.tokenizer) ?? file(half) else {
            throw BenchError(
                .missing,
                "\(path) has no weights of the tokenizer: tokenizer.safetensors, or encoder.jit, decoder.jit and "
                    + "mean_std.pt, are expected there (\(half.stems[0]) is missing)")
        }
        let weights = try WeightSet(path: file)
        // A TorchScript archive also holds the constants of the Haar transform.
        let constants = weights.tensors.keys.filter { $0.hasSuffix(".wavelets") || $0.hasSuffix("._arange") }
        return
            try weights.inOfficialNames(expected) {
                DiffusersNames.tokenizer($0, levels: sizes.multipliers.count)
            }.checked(expected, ignoring: constants + ignored.flatMap(\.keys))
    }

    /// The text encoder (spec §5).
    /// - Throws: `BenchError` 69 when its file or its section of the configuration is missing, 65 when they do not fit.
    public func textEncoder() throws(BenchError) -> WeightSet {
        let sizes = try section(configuration.text, "text", for: "the text encoder")
        var weights = try WeightSet(path: require(.textEncoder, "the text encoder"))
        // The table of embeddings is shared: files hold it under either name, or both, and beside it a decoder.
        let alias = "encoder.embed_tokens.weight"
        if weights["shared.weight"] == nil {
            weights = weights.renamed { $0 == alias ? "shared.weight" : $0 }
        }
        let others = weights.tensors.keys.filter { $0 == alias || $0.hasPrefix("decoder.") || $0 == "lm_head.weight" }
        return try weights.checked(sizes.tensors(), ignoring: others)
    }

    /// The path of the SentencePiece model of the text tokenizer.
    /// - Throws: `BenchError` 69 when it is missing.
    public func textTokenizerModel() throws(BenchError) -> String {
        let file = path + "/spiece.model"
        guard FileManager.default.fileExists(atPath: file) else {
            throw BenchError(.missing, "\(path) has no text tokenizer: spiece.model is expected there")
        }
        return file
    }
}
