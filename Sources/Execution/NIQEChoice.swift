public import Experiment
import Foundation
internal import Perception
public import Scoring
internal import Tensors

/// What NIQE measures distances from.
public enum NIQEChoice: Sendable {
    /// A model that was written before.
    case file(String)
    /// The dataset's own clips, in blocks of so many pixels; kept in `folder`.
    case references(block: Int, folder: String)

    /// - Throws: `BenchError` 65, when the file is no NIQE model.
    static func read(_ path: String) throws(BenchError) -> NIQEModel {
        do throws(FileError) { return try NIQEModel(path: path) } catch {
            throw BenchError(.unusableInput, error.description)
        }
    }

    /// The model: read, or fitted on `clips`. Clips that give none leave NIQE alone without a value: they are small, or flat,
    /// and what else is measured does not mind.
    /// - Throws: `BenchError` 65, when the file is no model.
    public func reference(
        of clips: [Artifact], _ options: ScoringOptions, onUnusable: ((_ clip: String, _ reason: String) -> Void)? = nil
    ) throws(BenchError) -> NIQEReference {
        switch self {
        case .file(let path): return .model(try NIQEChoice.read(path))
        case .references(let block, let folder):
            do throws(BenchError) {
                return .model(
                    try NIQEChoice.fitted(
                        on: clips, block: block, folder: folder, workers: options.workers, onUnusable: onUnusable))
            } catch {
                guard error.code == .unusableInput else { throw error }
                return .missing(reason: error.sentence)
            }
        }
    }

    /// Fits a model on clips, or reads the one that was fitted on the same before.
    /// - Throws: `BenchError` 65, when they cannot be read or have too little texture.
    private static func fitted(
        on clips: [Artifact], block: Int, folder: String, workers: Int,
        onUnusable: ((_ clip: String, _ reason: String) -> Void)?
    ) throws(BenchError) -> NIQEModel {
        let identity = Identity(of: ["niqe fit 1", "\(block)"] + clips.map(\.sha256))
        let path = folder + "/niqe/" + identity.hex + ".json"
        if FileManager.default.fileExists(atPath: path), let known = try? read(path) { return known }
        let model = try NIQEModel(
            fittedOn: clips.map(\.path), NIQEFit(block: block, threads: workers), onUnusable: onUnusable)
        // A model that cannot be kept is fitted again.
        try? FileManager.default.createDirectory(atPath: folder + "/niqe", withIntermediateDirectories: true)
        try? model.write(to: path)
        return model
    }
}

extension ScoringPlanner {
    /// What NIQE measures from in a dataset's run.
    mutating func niqeReference(
        _ choice: NIQEChoice, clips dataset: DatasetFolder
    ) throws(BenchError) -> NIQEReference {
        var clips: [Artifact] = []
        if case .references = choice {
            for clip in dataset.clips.sorted() {
                // A clip of two videos is refused with the videos that are scored against it.
                guard let video = try? dataset.video(clip) else { continue }
                clips.append(try hasher.artifact(video))
            }
        }
        var unusable: [(clip: String, reason: String)] = []
        let reference = try choice.reference(of: clips, options) { unusable.append(($0, $1)) }
        for (clip, reason) in unusable { warn("NIQE is measured without this clip: \(reason)", of: clip) }
        return reference
    }
}
