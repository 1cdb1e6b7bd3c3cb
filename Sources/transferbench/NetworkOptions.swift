import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception
import Scoring
import Video

/// The networks of `score`, and what stands on them.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Depth of videos that have no depth file.", valueName: "network"))
    var depthNetwork: String?
    @Option(
        help: ArgumentHelp(
            "Masks of videos that have no mask file: a segmenter of classes, or SAM2.", valueName: "network"))
    var maskNetwork: String?
    @Option(
        help: ArgumentHelp("Finds the caption's phrases for SAM2: GroundingDINO.", valueName: "network"))
    var phraseNetwork: String?
    @Option(
        help: ArgumentHelp("Foreground of the references by a saliency network.", valueName: "network"))
    var saliencyNetwork: String?
    @Option(
        help: ArgumentHelp(
            "A pixel is foreground when its smoothed saliency is above this.", valueName: "0 to 1"))
    var saliencyThreshold = SaliencySettings().threshold
    @Option(
        help: ArgumentHelp(
            "Saliency is averaged over so many frames on both sides, with binomial weights: 1 4 6 4 1 for 2.",
            valueName: "frames"))
    var saliencySmoothing = SaliencySettings().radius
    @Option(
        help: ArgumentHelp(
            "Foreground by the names of the references' masks: \"robot arm, cup\", or a JSON file of lists by clip.",
            valueName: "phrases|file"),
        completion: .file())
    var foregroundPhrases: String?
    @Option(
        help: ArgumentHelp(
            "Diversity of the videos of each clip and configuration (LPIPS with its own weights).", valueName: "network"
        ))
    var perceptualNetwork: String?
    @Option(help: ArgumentHelp("DOVER's technical score.", valueName: "network"))
    var qualityNetwork: String?
    @Option(
        help: ArgumentHelp(
            "NIQE, measured from the references themselves, or from a model file.", valueName: "references|file"),
        completion: .file())
    var niqe: String?
    @Option(
        help: ArgumentHelp("Side of NIQE's blocks in pixels, when it is measured from the references.", valueName: "n"))
    var niqeBlock = NIQEModel.publishedBlock
    @Option(help: "What networks run on: auto (CUDA where it works), cpu, cuda.")
    var device: DeviceChoice = .auto
    @Option(
        help: ArgumentHelp(
            "Keeps what networks made of the references. (default: the store's name with -maps)", valueName: "dir"),
        completion: .directory)
    var maps: String?

    func validate() throws {
        guard [saliencyNetwork, foregroundPhrases].compactMap({ $0 }).count < 2 else {
            throw ValidationError("The foreground comes from one source: --saliency-network or --foreground-phrases.")
        }
        guard maps?.isEmpty != true else { throw ValidationError("--maps takes the name of a folder.") }
        guard phraseNetwork == nil || maskNetwork != nil else {
            throw ValidationError("--phrase-network finds what --mask-network segments: name both.")
        }
        guard SaliencySettings.thresholds.contains(saliencyThreshold) else {
            throw ValidationError("--saliency-threshold takes 0 to 1.")
        }
        guard SaliencySettings.radii.contains(saliencySmoothing) else {
            throw ValidationError("--saliency-smoothing takes 0 to \(SaliencySettings.radii.upperBound) frames.")
        }
        guard NIQEModel.blockSizes.contains(niqeBlock), niqeBlock % 2 == 0 else {
            throw ValidationError(
                "--niqe-block takes even numbers from \(NIQEModel.blockSizes.lowerBound) to \(NIQEModel.blockSizes.upperBound)."
            )
        }
    }

    /// Whether any network is asked for.
    var runsNetworks: Bool {
        [depthNetwork, maskNetwork, saliencyNetwork, perceptualNetwork, qualityNetwork].contains { $0 != nil }
    }

    /// Whether a foreground is made, so that none can be given.
    var makesForeground: Bool { saliencyNetwork != nil || foregroundPhrases != nil }

    /// The networks, found and their cards read; nil when none is asked for.
    /// - Parameter folder: where maps are kept when nothing else is said.
    /// - Throws: `BenchError` 65, for a network that is not there or is not for its task.
    func networks(folder: String) throws(BenchError) -> ScoringNetworks? {
        var networks = ScoringNetworks(mapFolder: maps ?? folder)
        if let depthNetwork { networks.depth = try findNetwork(depthNetwork, for: [.depth, .videoDepth]) }
        if let maskNetwork { networks.masks = try findMaskNetworks(maskNetwork, phraseNetwork) }
        if let perceptualNetwork {
            networks.perceptual = try findNetwork(perceptualNetwork, for: [.perceptualFeatures])
        }
        if let qualityNetwork { networks.quality = try findNetwork(qualityNetwork, for: [.quality]) }
        if let saliencyNetwork {
            networks.foreground = .saliency(
                try findNetwork(saliencyNetwork, for: [.saliency]),
                SaliencySettings(threshold: saliencyThreshold, radius: saliencySmoothing))
        } else if let foregroundPhrases {
            networks.foreground = .phrases(PhraseChoice(foregroundPhrases))
        }
        networks.device = device.device
        return networks.folders.isEmpty && networks.foreground == nil ? nil : networks
    }

    /// - Parameter folder: where a model that is fitted is kept.
    func niqeChoice(folder: String) -> NIQEChoice? {
        switch niqe {
        case nil: nil
        case "references": .references(block: niqeBlock, folder: maps ?? folder)
        case let file?: .file(file)
        }
    }
}
