internal import Experiment
internal import Foundation
internal import Tensors

extension TransferModel {
    /// Network and tokenizer of a weights folder, with the branches of some controls.
    /// - Throws: `BenchError` naming a part that is missing or does not fit its configuration.
    public init(_ folder: WeightsFolder, controls: [String]) throws {
        try self.init(folder, network: TransferNetwork(folder, controls: controls))
    }

    init(_ folder: WeightsFolder, network: TransferNetwork) throws {
        guard let tokenizer = folder.configuration.tokenizer else {
            throw BenchError(.missing, "\(folder.path)/config.json has no 'tokenizer', which is needed to make videos")
        }
        try self.init(
            configuration: folder.configuration, network: network,
            tokenizer: VideoTokenizer(tokenizer, tensors: folder.tokenizer().tensors))
    }
}

extension PromptEncoder {
    /// Text tokenizer and encoder of a weights folder.
    /// - Throws: `BenchError` when one is missing or does not fit the configuration.
    public init(_ folder: WeightsFolder) throws {
        guard let text = folder.configuration.text else {
            throw BenchError(
                .missing,
                "\(folder.path)/config.json has no 'text': add the text encoder, or give the prompt's embedding as a file"
            )
        }
        self.init(
            tokenizer: try SentencePiece(path: folder.textTokenizerModel()),
            encoder: try T5Encoder(text, weights: folder.textEncoder().tensors))
    }
}

extension WeightsFolder {
    /// All files that a video made with the base network depends on, besides the branches.
    public func sharedFiles() -> [String] {
        let parts: [Part] = [.base, .tokenizer, .tokenizerEncoder, .tokenizerDecoder, .latentStatistics, .textEncoder]
        let names = ["config.json", "spiece.model"].map { path + "/" + $0 }
        return names.filter(FileManager.default.fileExists(atPath:)) + parts.flatMap(files)
    }

    /// The file of a part; for an index also the files that it lists.
    public func files(of part: Part) -> [String] {
        guard let file = file(part) else { return [] }
        guard file.hasSuffix(".json"), case .object(let places) = (try? JSON(path: file))?["weight_map"] else {
            return [file]
        }
        let shards = Set(places.compactMap { place in if case .string(let name) = place.value { name } else { nil } })
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        return [file] + shards.sorted().map { folder + "/" + $0 }
    }
}
