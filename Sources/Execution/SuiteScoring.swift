public import Experiment
internal import Foundation
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

    /// Looks for columns of the suite's table, and objectives of its race, that nobody could measure, and for a race
    /// that may drop nobody.
    /// - Throws: `BenchError` 65 naming the first, with what it needs.
    public func check(_ plan: SuitePlan) throws(BenchError) {
        let dataset = try DatasetFolder(path: plan.dataset)
        let suite = plan.suite
        if suite.race != nil, suite.sweep?.cells.isEmpty ?? true {
            throw BenchError(
                .unusableInput,
                "\(suite.path):\(suite.raceLine ?? 1): 'race' has nobody whom it may drop, because configurations with a "
                    + "name of their own stay; add a 'grid', or leave the race out")
        }
        for (column, what, place) in suite.layout.columns.map({ ($0, "column", suite.path) })
            + (suite.race?.objectives ?? []).map({ ($0, "objective", "\(suite.path):\(suite.raceLine ?? 1)") })
        {
            guard let need = need(of: column, suite, dataset, folder: plan.folder) else { continue }
            let name = column.metric + (column.region == .all ? "" : "/\(column.region.rawValue)")
            throw BenchError(
                .unusableInput,
                "\(place): nobody can measure the \(what) '\(name)': \(need); or leave the \(what) out")
        }
    }

    /// What a column needs and does not have; nil where it can be measured.
    private func need(
        of column: TableLayout.Column, _ suite: Suite, _ dataset: DatasetFolder, folder: String
    ) -> String? {
        let perceptual = networks?.perceptual
        let hasMasks = networks?.foreground != nil || isFolder(dataset.path + "/foreground")
        if column.region != .all, !hasMasks {
            return "the dataset has no foreground masks; add foreground/ID.mp4 to it, or 'networks: {saliency: …}'"
        }
        /// Whether the dataset has the files, and somebody may have put such files of the videos beside them.
        func given(_ ofDataset: Bool, _ names: [String]) -> Bool {
            if suite.generators.contains(where: { if case .command = $0 { true } else { false } }) { return ofDataset }
            return ofDataset
                && suite.configurations.contains { configuration in
                    names.contains { isFolder("\(folder)/\(configuration.folderName)/\($0)") }
                }
        }
        switch column.metric {
        case _ where column.metric.hasPrefix("depth-"):
            return networks?.depth != nil || given(dataset.hasDepth, ["depth_npzs"])
                ? nil : "add 'networks: {depth: …}' to the metrics"
        case _ where column.metric.hasPrefix("mask-"):
            return networks?.masks != nil || given(dataset.hasMasks, ["sam2_pkls", "masks"])
                ? nil : "add 'networks: {masks: …}' to the metrics"
        case "lpips-diversity", "perceptual-diversity":
            guard let perceptual else { return "add 'networks: {perceptual: …}' to the metrics" }
            let measured = diversityDescriptor(perceptual.card).name
            return measured == column.metric
                ? nil : "with the network \(perceptual.card.name) it is called '\(measured)'"
        case "box3d-map", "nuscenes-map", "nds", "lane-miou", "lane-f1", "reprojection-error":
            return "suites do not measure it yet"
        default: return nil
        }
    }

    /// What is to be scored of a plan, of which some videos may not exist.
    public func request(for plan: SuitePlan, _ outcome: SuiteRunner.Outcome, folder: String) -> ScoringRequest {
        let present = Dictionary(grouping: outcome.present) { plan.entries[$0.entry].task.configuration.name }
        let videos = plan.suite.configurations.compactMap { configuration -> ScoringRequest.Videos? in
            present[configuration.name].map { own in
                .files(
                    configuration: configuration.name, folder: folder + "/" + configuration.folderName,
                    videos: own.map(\.path))
            }
        }
        var request = ScoringRequest(
            dataset: plan.dataset, videos: videos, name: plan.name, options: options, networks: networks,
            niqe: niqe)
        request.lost = outcome.lost
        request.remarks = outcome.present.compactMap { one in
            one.remark.map { ScoringJob.Issue(subject: one.path, message: $0, isWarning: true) }
        }
        request.layout = plan.suite.layout
        request.sweep = plan.suite.sweep
        request.configurations = plan.suite.configurations.map(\.name)
        request.hasRegions = plan.suite.metrics.hasRegions
        request.planned = Self.planned(plan)
        return request
    }

    /// What a run of a plan is of.
    static func planned(_ plan: SuitePlan) -> [String] {
        ["suite", plan.suite.name] + plan.entries.map(\.identity.hex)
            + plan.impossible.flatMap { [$0.configuration, $0.subject] }
    }
}
