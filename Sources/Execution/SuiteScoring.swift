public import Experiment
public import Perception
public import Scoring
public import Suites
internal import Video

/// How a suite's videos are scored: its choices as the scoring of folders takes them.
public struct SuiteScoring: Sendable {
    public let options: ScoringOptions
    public let networks: ScoringNetworks?
    public let niqe: NIQEChoice?

    /// - Parameters:
    ///   - mapFolder: keeps what networks made of the references.
    ///   - device: what networks run on; nil takes CUDA where it works.
    /// - Throws: `BenchError`: 65 for a network that is not there, 64 for one of another task.
    public init(_ choice: MetricChoice, workers: Int, mapFolder: String, device: Device?) throws(BenchError) {
        options = ScoringOptions(
            profile: choice.profile, workers: workers,
            filters: FrameFilters(
                profile: choice.profile,
                blur: choice.blur.map {
                    BilateralBlur(diameter: $0.diameter, sigmaColor: $0.sigmaColor, sigmaSpace: $0.sigmaSpace)
                },
                thresholds: choice.canny.map { ($0.low, $0.high) }))
        var networks = ScoringNetworks(mapFolder: mapFolder)
        if let depth = choice.depthNetwork { networks.depth = try findNetwork(depth, for: [.depth, .videoDepth]) }
        if let masks = choice.maskNetwork { networks.masks = try findMaskNetworks(masks, choice.phraseNetwork) }
        if let perceptual = choice.perceptualNetwork {
            networks.perceptual = try findNetwork(perceptual, for: [.perceptualFeatures])
        }
        if let quality = choice.qualityNetwork { networks.quality = try findNetwork(quality, for: [.quality]) }
        if choice.hasRegions, let saliency = choice.saliencyNetwork {
            networks.foreground = .saliency(try findNetwork(saliency, for: [.saliency]), SaliencySettings())
        }
        networks.device = device
        self.networks = networks.folders.isEmpty ? nil : networks
        niqe = choice.niqeBlock.map { .references(block: $0, folder: mapFolder) }
    }

    /// What is to be scored of a plan, of which some videos may not exist.
    public func request(for plan: SuitePlan, _ outcome: SuiteRunner.Outcome, folder: String) -> ScoringRequest {
        let present = outcome.present.map { plan.entries[$0].task }
        let videos = plan.suite.configurations.compactMap { configuration -> ScoringRequest.Videos? in
            let own = present.filter { $0.configuration.name == configuration.name }.map(\.output)
            guard !own.isEmpty else { return nil }
            return .files(
                configuration: configuration.name, folder: folder + "/" + configuration.folderName, videos: own)
        }
        var request = ScoringRequest(
            dataset: plan.dataset, videos: videos, name: plan.name, options: options, networks: networks,
            niqe: niqe)
        request.lost = outcome.lost
        request.layout = plan.suite.layout
        request.configurations = plan.suite.configurations.map(\.name)
        request.hasRegions = plan.suite.metrics.hasRegions
        request.planned =
            ["suite", plan.suite.name] + plan.entries.map(\.identity.hex)
            + plan.impossible.flatMap { [$0.configuration, $0.subject] }
        return request
    }
}
