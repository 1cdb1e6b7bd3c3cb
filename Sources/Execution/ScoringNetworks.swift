public import Experiment
import Foundation
public import Perception

/// The networks that the metrics of a run stand on; none is opened before it is needed.
public struct ScoringNetworks: Sendable {
    /// Depth of videos that have no depth file.
    public var depth: NetworkFolder?
    /// Masks of videos that have no mask file.
    public var masks: MaskNetworks?
    /// Foreground of references; nil takes given masks.
    public var foreground: Foreground?
    /// Features for the diversity of a condition's videos.
    public var perceptual: NetworkFolder?
    /// DOVER's technical branch.
    public var quality: NetworkFolder?
    /// What networks run on; nil takes CUDA where it works.
    public var device: Device?
    /// The folder that keeps the references' maps.
    public var mapFolder: String

    /// Networks that give masks.
    public struct MaskNetworks: Sendable {
        /// A semantic segmenter, or one that takes boxes.
        public let segmenter: NetworkFolder
        /// Finds the boxes of a caption's phrases for the second.
        public let detector: NetworkFolder?

        public init(segmenter: NetworkFolder, detector: NetworkFolder? = nil) {
            self.segmenter = segmenter
            self.detector = detector
        }
    }

    /// Ways to a foreground besides given masks.
    public enum Foreground: Sendable {
        case saliency(NetworkFolder, SaliencySettings)
        /// Phrases that are foreground, of the references' masks.
        case phrases(PhraseChoice)
    }

    public init(mapFolder: String) { self.mapFolder = mapFolder }

    /// All folders, for their hashes to be checked.
    public var folders: [NetworkFolder] {
        var folders = [depth, masks?.segmenter, masks?.detector, perceptual, quality].compactMap { $0 }
        if case .saliency(let network, _) = foreground { folders.append(network) }
        return folders
    }

    /// What the scores of a run with these networks have in common: runs that differ in it never share a table.
    var parameters: [String: String] {
        var parameters: [String: String] = [:]
        parameters["depth-network"] = depth?.label
        parameters["mask-network"] = masks?.segmenter.label
        parameters["phrase-network"] = masks?.detector?.label
        parameters["perceptual-network"] = perceptual?.label
        parameters["quality-network"] = quality?.label
        switch foreground {
        case .saliency(let network, let settings):
            parameters["foreground"] = "saliency by \(network.label), \(settings.words)"
        case .phrases(let phrases): parameters["foreground"] = phrases.words
        case nil: break
        }
        return parameters
    }
}

extension NetworkFolder {
    /// Name and the start of its identity.
    var label: String { "\(card.name) \(identity.hex.prefix(12))" }
}

extension SaliencySettings {
    var words: String { record.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
}

/// The phrases that are foreground.
public enum PhraseChoice: Sendable {
    /// The same for every clip.
    case list(SalientPhrases)
    /// A file or folder that has them by clip.
    case file(String)

    /// - Parameter text: phrases between commas, or the path of a file or folder.
    public init(_ text: String) {
        self = FileManager.default.fileExists(atPath: text) ? .file(text) : .list(SalientPhrases(list: text))
    }

    /// - Throws: `BenchError` 65, when the file has none for the clip.
    public func phrases(of clip: String) throws(BenchError) -> SalientPhrases {
        switch self {
        case .list(let phrases): phrases
        case .file(let path): try SalientPhrases(path: path, clip: clip)
        }
    }

    /// Of the file, or of all files in the folder; empty where they cannot be read, which each clip's phrases will say.
    private func contentHash(_ path: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.filter { $0.hasSuffix(".json") }
            .sorted()
        let files = names?.map { path + "/" + $0 } ?? [path]
        return Identity(of: files.map { (try? Artifact(hashing: $0).sha256) ?? "" }).hex
    }

    var words: String {
        switch self {
        case .list(let phrases): "phrases " + phrases.phrases.joined(separator: ", ")
        case .file(let path):
            "phrases by clip, \(stem(path)) \(contentHash(path).prefix(12))"
        }
    }
}
