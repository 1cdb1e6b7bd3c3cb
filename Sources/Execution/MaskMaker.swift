internal import Experiment
internal import Perception
internal import Tensors
internal import Video

/// The networks that give masks, opened: a segmenter of classes, or a detector and a segmenter of what it finds.
enum MaskMaker {
    case semantic(SemanticSegmenter)
    case grounded(GroundedMasks)

    /// - Throws: `BenchError` 65, when the networks do not belong together; 69, when the device is not there.
    init(
        _ networks: ScoringNetworks.MaskNetworks, profile: Profile, runtime: OnnxRuntime, device: Device, threads: Int
    ) throws(BenchError) {
        let pool = WorkerPool(threads: threads)
        guard networks.segmenter.card.task != .semanticSegmentation else {
            self = .semantic(try SemanticSegmenter(networks.segmenter, runtime: runtime, device: device, pool: pool))
            return
        }
        guard let detector = networks.detector else {
            throw BenchError(
                .usage,
                "\(networks.segmenter.path) segments what it is pointed at: name the network that finds phrases with --phrase-network"
            )
        }
        self = .grounded(
            GroundedMasks(
                detector: try PhraseDetector(detector, runtime: runtime, device: device, threads: threads),
                segmenter: try PromptedSegmenter(
                    networks.segmenter, runtime: runtime, device: device, threads: threads),
                sampling: PointSampling(profile), pool: pool))
    }

    /// Gives the label maps of a video's first frames, after the phrases of their labels.
    func segment(
        _ video: any FrameReader, _ caption: String, _ limit: Int, _ begin: ([String]) -> Void,
        _ give: (Plane) throws -> Void
    ) throws {
        switch self {
        case .semantic(let segmenter):
            begin(segmenter.phrases)
            _ = try segmenter.labels(of: video, limit: limit, give: give)
        case .grounded(let masks):
            _ = try masks.labels(
                of: video, caption: caption, limit: limit, begin: { phrases, _ in begin(phrases) }, give: give)
        }
    }
}

extension ScoringNetworks.MaskNetworks {
    /// What changes its masks.
    var fingerprint: [String] { [segmenter.identity.hex, detector?.identity.hex ?? "alone"] }

    var name: String { (detector.map { $0.card.name + " + " } ?? "") + segmenter.card.name }

    /// What changes masks besides the networks: what they are asked for, and the points that begin an object's way.
    func settings(_ caption: String, _ profile: Profile) -> [String: String] {
        segmenter.card.task == .semanticSegmentation ? [:] : ["caption": caption, "profile": profile.rawValue]
    }

    /// For the parameters of scores.
    var origin: [String: String] {
        var origin = ["network": segmenter.label]
        origin["phrase-network"] = detector?.label
        if segmenter.card.task != .semanticSegmentation {
            let hasMemory = segmenter.card.files.contains { $0.role == "memory-attention" }
            origin["propagation"] = (hasMemory ? Propagation.memory : .perFrame).rawValue
        }
        return origin
    }
}
