internal import Experiment
import Foundation
internal import Perception
internal import Scoring
internal import Video

/// The networks of a run at work: each is opened when it is first needed and stays open. Gives pairs the maps that they
/// lack. The references' maps stay in the run's folder; those of generated videos go with the bench.
final class NetworkBench {
    private let networks: ScoringNetworks
    private let options: ScoringOptions
    private let references: MapCache
    private let temporary: MapCache
    /// Told that networks have so many frames more to look at, or have looked at them; on any thread.
    private let onFrames: @Sendable (_ expected: Int, _ done: Int) -> Void
    private var opened = Opened()

    private struct Opened {
        var runtime: OnnxRuntime?
        var device: Device?
        var depth: (any DepthEstimating)?
        var saliency: SaliencyEstimator?
        var masks: MaskMaker?
        var quality: DoverScorer?
        var diversity: DiversityScorer?
    }

    init(
        _ networks: ScoringNetworks, options: ScoringOptions,
        onFrames: @escaping @Sendable (_ expected: Int, _ done: Int) -> Void
    ) {
        self.networks = networks
        self.options = options
        self.onFrames = onFrames
        references = MapCache(folder: networks.mapFolder)
        temporary = MapCache(folder: ScratchFolder.path())
    }

    deinit { try? FileManager.default.removeItem(atPath: temporary.folder) }

    // MARK: maps

    /// The files of a pair, those made that networks make. A part that cannot be made is missing, with the reason.
    func inputs(_ sources: PairSources) -> PairInputs {
        var origins = PairInputs.Origins()
        let foreground = foreground(sources, &origins.foreground)
        let depth = part(sources.depth, sources, &origins.depth, origin: networks.depth.map { ["network": $0.label] }) {
            video, size, cache throws in try self.depth(of: video, size, cache)
        }
        let masks = part(sources.masks, sources, &origins.masks, origin: networks.masks?.origin) {
            video, size, cache throws in try self.masks(of: video, caption: sources.clip.caption, size, cache)
        }
        let kind = networks.depth?.card.depthKind
        return PairInputs(
            reference: sources.clip.video.path, generated: sources.generated.path, foreground: foreground, depth: depth,
            masks: masks, origins: origins,
            depthKinds: .init(
                reference: sources.depth?.reference == .network ? kind : nil,
                generated: sources.depth?.generated == .network ? kind : nil))
    }

    func referenceDepth(of video: Artifact) throws -> String { try depth(of: video, nil, references) }

    func referenceMasks(of video: Artifact, caption: String) throws -> String {
        try masks(of: video, caption: caption, nil, references)
    }

    /// - Parameter masks: for phrases, the objects that they name; nil where the networks make them.
    func referenceForeground(of video: Artifact, masks: String?, caption: String) throws -> String {
        switch networks.foreground {
        case .saliency(let network, let settings): return try saliency(of: video, network, settings)
        case .phrases(let choice):
            let objects = try masks ?? referenceMasks(of: video, caption: caption)
            return try foreground(of: objects, try choice.phrases(of: stem(video.path))).path
        case nil: throw BenchError(.usage, "no network and no phrases say what the foreground is")
        }
    }

    /// Forgets the maps of generated videos.
    func clear() { try? FileManager.default.removeItem(atPath: temporary.folder) }

    private typealias MakingMap = (_ video: Artifact, _ size: FrameSize?, _ cache: MapCache) throws -> String

    private func part(
        _ part: PairSources.Part?, _ sources: PairSources, _ origin: inout [String: String],
        origin network: [String: String]?,
        _ make: MakingMap
    ) -> PairInputs.Part? {
        guard let part else { return nil }
        if let absence = part.absence { return .missing(absence) }
        do {
            // Of the evaluators, the older one shows its networks frames of the reference's size (metrics.md §0).
            let size = options.profile == .paibench2025 ? try openFrames(sources.clip.video.path).size : nil
            let reference = try part.reference.file ?? make(sources.clip.video, nil, references)
            let generated = try part.generated.file ?? make(sources.generated, size, temporary)
            if part.reference == .network || part.generated == .network {
                origin = (network ?? [:]).merging(["device": opened.device?.rawValue ?? ""]) { a, _ in a }
                origin["reference"] = part.reference == .network ? "network" : "given"
                origin["generated"] = part.generated == .network ? "network" : "given"
            }
            return .files(reference: reference, generated: generated)
        } catch {
            return .missing(sentence(error))
        }
    }

    private func foreground(_ sources: PairSources, _ origin: inout [String: String]) -> PairInputs.Foreground? {
        do {
            switch sources.foreground {
            case nil: return nil
            case .missing(let why): return .missing(why)
            case .file(let path): return .file(path)
            case .saliency:
                guard case .saliency(let network, let settings) = networks.foreground else { return nil }
                let path = try saliency(of: sources.clip.video, network, settings)
                origin = ["foreground": "saliency by \(network.label)", "device": opened.device?.rawValue ?? ""]
                    .merging(settings.record) { a, _ in a }
                return .file(path)
            case .phrases(let phrases, let source):
                let masks =
                    try source.file
                    ?? self.masks(of: sources.clip.video, caption: sources.clip.caption, nil, references)
                let (path, unmatched) = try foreground(of: masks, phrases)
                origin = ["foreground": "phrases: " + phrases.phrases.joined(separator: ", ")]
                if source == .network {
                    origin["foreground device"] = opened.device?.rawValue ?? ""
                    for (key, value) in networks.masks?.origin ?? [:] { origin["foreground " + key] = value }
                }
                if !unmatched.isEmpty { origin["phrases without objects"] = unmatched.joined(separator: ", ") }
                return .file(path)
            }
        } catch {
            return .missing(sentence(error))
        }
    }

    private func depth(of video: Artifact, _ size: FrameSize?, _ cache: MapCache) throws -> String {
        guard let network = networks.depth else { throw BenchError(.bug, "depth is to be made without a network") }
        let passing = Passing(video, limit: options.frameLimit, onFrames)
        defer { passing.finish() }
        return try cache.depth(
            of: video, resizedTo: size, limit: options.frameLimit, network: network, device: try device(),
            runtime: try runtime().version, onFrame: passing.reach
        ) {
            if let estimator = opened.depth { return estimator }
            let estimator = try depthEstimator(
                network, runtime: try runtime(), device: try device(), threads: options.workers)
            opened.depth = estimator
            return estimator
        }
    }

    private func saliency(
        of video: Artifact, _ network: NetworkFolder, _ settings: SaliencySettings
    ) throws -> String {
        let passing = Passing(video, limit: options.frameLimit, onFrames)
        defer { passing.finish() }
        return try references.foreground(
            of: video, settings: settings, limit: options.frameLimit, network: network, device: try device(),
            runtime: try runtime().version, onFrame: passing.reach
        ) {
            if let estimator = opened.saliency { return estimator }
            let estimator = try SaliencyEstimator(
                network, runtime: try runtime(), device: try device(), threads: options.workers)
            opened.saliency = estimator
            return estimator
        }
    }

    private func masks(
        of video: Artifact, caption: String, _ size: FrameSize?, _ cache: MapCache
    ) throws -> String {
        guard let choice = networks.masks else { throw BenchError(.bug, "masks are to be made without a network") }
        let passing = Passing(video, limit: options.frameLimit, onFrames)
        defer { passing.finish() }
        return try cache.labels(
            of: video, resizedTo: size, limit: options.frameLimit, name: choice.name,
            identity: Identity(of: choice.fingerprint), settings: choice.settings(caption, options.profile),
            device: try device(), runtime: try runtime().version, onFrame: passing.reach
        ) { frames, begin, give in
            let segmenter: MaskMaker
            if let known = opened.masks {
                segmenter = known
            } else {
                segmenter = try MaskMaker(
                    choice, profile: options.profile, runtime: try runtime(), device: try device(),
                    threads: options.workers)
                opened.masks = segmenter
            }
            try segmenter.segment(frames, caption, options.frameLimit, begin, give)
        }
    }

    private func foreground(
        of masks: String, _ phrases: SalientPhrases
    ) throws -> (path: String, unmatched: [String]) {
        var hasher = ContentHasher(store: nil)
        return try references.foreground(
            ofLabels: try hasher.artifact(masks), phrases: phrases, limit: options.frameLimit)
    }

    // MARK: whole videos

    /// Quality scores of a video; nil where the run has none.
    func quality(of video: Artifact) -> [Score]? {
        guard let network = networks.quality else { return nil }
        do {
            if opened.quality == nil {
                opened.quality = try DoverScorer(
                    network: network, runtime: try runtime(), device: try device(), threads: options.workers)
            }
            let passing = Passing(video, limit: .max, onFrames)
            defer { passing.finish() }
            return try opened.quality?.scores(video: video.path, onFrame: passing.step)
        } catch {
            return DoverScorer.descriptors.map {
                Score(metric: $0.name, region: .all, outcome: .unscored(reason: sentence(error)), n: 0)
            }
        }
    }

    /// Diversity of the videos of a condition.
    /// - Throws: `BenchError`, when they cannot be compared.
    func diversity(_ condition: ConditionSources) throws -> [Score] {
        guard let network = networks.perceptual else { return [] }
        if opened.diversity == nil {
            opened.diversity = try DiversityScorer(
                network: network, runtime: try runtime(), device: try device(), threads: options.workers)
        }
        guard let scorer = opened.diversity else { return [] }
        var inputs = DiversityInputs(videos: condition.videos)
        var origin = PairInputs.Origins().foreground
        let sources = PairSources(
            clip: condition.clip, generated: condition.clip.video, foreground: condition.foreground)
        let foreground = foreground(sources, &origin)
        if case .file(let path) = foreground { inputs = DiversityInputs(videos: condition.videos, foreground: path) }
        let passing = Passing(onFrames)
        defer { passing.finish() }
        let result = try scorer.score(
            inputs, frameLimit: options.frameLimit, onLength: passing.expect, onFrame: passing.step)
        let scores = scorer.scores(result).map { $0.region == .all ? $0 : $0.adding(origin) }
        guard case .missing(let why) = foreground else { return scores }
        return scores + noDiversity(why, regions: [.fg, .bg])
    }

    /// Why there is no diversity, as scores.
    func noDiversity(_ reason: String, regions: [Region] = [.all]) -> [Score] {
        guard let network = networks.perceptual else { return [] }
        return regions.map {
            Score(metric: diversityDescriptor(network.card).name, region: $0, outcome: .unscored(reason: reason), n: 0)
        }
    }

    // MARK: opening

    private func runtime() throws(BenchError) -> OnnxRuntime {
        if let runtime = opened.runtime { return runtime }
        let runtime = try OnnxRuntime.load()
        opened.runtime = runtime
        return runtime
    }

    /// What networks run on: as asked, or CUDA where a first network opens there.
    private func device() throws(BenchError) -> Device {
        if let device = opened.device { return device }
        let device: Device
        if let asked = networks.device {
            device = asked
        } else {
            device = try runtime().bestDevice(for: networks.folders)
        }
        opened.device = device
        return device
    }
}
