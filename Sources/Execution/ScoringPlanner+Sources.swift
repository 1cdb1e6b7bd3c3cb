internal import Experiment
import Foundation
internal import Perception
internal import Results
internal import Scoring
internal import Video

// Where the maps of each pair come from, and the identities that follow from it.

extension ScoringPlanner {
    /// What a pair's folders hold and its networks make.
    struct FoundFiles {
        let foreground: PairSources.Foreground?
        let depth: PairSources.Part?
        let masks: PairSources.Part?

        var paths: [String] { PairSources.paths(foreground, depth, masks) }
    }

    mutating func foundFiles(_ item: Item, dataset: DatasetFolder, foreground: String?, caption: String?) -> FoundFiles
    {
        // A detector that looks for nothing finds nothing, which is no score.
        let isUncaptioned = networks?.masks?.detector != nil && (caption ?? "").allSatisfy(\.isWhitespace)
        func part(_ what: String, _ reference: String?, _ generated: String?, isMade: Bool) -> PairSources.Part {
            func source(_ file: String?, _ absence: String) -> MapSource {
                if let file { return .file(file) }
                guard isMade else { return .missing(absence) }
                return isUncaptioned && what == "masks"
                    ? .missing("clip \(item.clip) has no caption for --phrase-network; add captions/\(item.clip).json")
                    : .network
            }
            return PairSources.Part(
                reference: source(reference, "the dataset has no \(what) of clip \(item.clip)"),
                generated: source(generated, "'\(item.folder.configuration)' has no \(what) of \(stem(item.video))"))
        }
        let makesDepth = networks?.depth != nil
        let makesMasks = networks?.masks != nil
        let masks =
            makesMasks || dataset.hasMasks && item.folder.hasMasks
            ? part(
                "masks", first(of: dataset.masks(item.clip)), first(of: item.folder.masks(item.video)),
                isMade: makesMasks) : nil
        return FoundFiles(
            foreground: foregroundSource(item, dataset: dataset, folder: foreground, isUncaptioned: isUncaptioned),
            depth: makesDepth || dataset.hasDepth && item.folder.hasDepth
                ? part(
                    "depth", first(of: dataset.depth(item.clip)), first(of: item.folder.depth(item.video)),
                    isMade: makesDepth) : nil,
            masks: masks)
    }

    private mutating func foregroundSource(
        _ item: Item, dataset: DatasetFolder, folder: String?, isUncaptioned: Bool
    ) -> PairSources.Foreground? {
        switch networks?.foreground {
        case .saliency: return .saliency
        case .phrases(let phrases):
            let named: SalientPhrases
            do throws(BenchError) { named = try phrases.phrases(of: item.clip) } catch {
                return .missing(error.sentence)
            }
            if let file = first(of: dataset.masks(item.clip)) { return .phrases(named, of: .file(file)) }
            guard networks?.masks != nil else {
                return .missing("the dataset has no masks of clip \(item.clip), which phrases choose from")
            }
            guard !isUncaptioned else {
                return .missing("clip \(item.clip) has no caption for --phrase-network; add captions/\(item.clip).json")
            }
            return .phrases(named, of: .network)
        case nil:
            guard let folder else { return nil }
            guard let file = first(of: dataset.pictures(of: item.clip, in: folder)) else {
                return .missing("\(folder) has no mask of clip \(item.clip)")
            }
            return .file(file)
        }
    }

    // MARK: identities

    mutating func plannedTrial(
        _ item: Item, _ files: FoundFiles, caption: String
    ) throws(BenchError) -> (PlannedTrial, PairSources) {
        let clip = Clip(name: item.clip, caption: caption, video: try hasher.artifact(item.reference))
        let trial = Trial(
            configuration: Configuration(name: item.folder.configuration), clip: clip, prompt: item.prompt,
            video: try hasher.artifact(item.video))
        var parts = ["score", trial.identity.hex, options.profile.rawValue]
        parts += ownParameters.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        parts += networks?.quality.map { ["quality", $0.identity.hex] } ?? []
        parts += trialMetrics(depth: files.depth != nil, masks: files.masks != nil).map { "\($0.name) \($0.version)" }
        let foreground = fingerprinted(files.foreground)
        let depth = fingerprinted(files.depth, "depth", networks?.depth.map { [$0.identity.hex] })
        let masks = fingerprinted(files.masks, "masks", networks?.masks?.fingerprint)
        parts += foreground.parts + depth.parts + unlikeKinds(depth.part) + masks.parts
        return (
            PlannedTrial(trial: trial, fingerprint: Identity(of: parts)),
            PairSources(
                clip: clip, generated: trial.video, foreground: foreground.source, depth: depth.part, masks: masks.part)
        )
    }

    /// What is converted or refused because both sides say that they are of unlike kinds.
    private mutating func unlikeKinds(_ depth: PairSources.Part?) -> [String] {
        func kind(_ source: MapSource?) -> DepthKind? {
            switch source {
            case .file(let path): findings.kind(path)
            case .network: networks?.depth?.card.depthKind
            case .missing, nil: nil
            }
        }
        guard let a = kind(depth?.reference), let b = kind(depth?.generated), a != b else { return [] }
        return ["depth kinds", a.rawValue, b.rawValue]
    }

    /// A part with what it adds to a fingerprint. What cannot be hashed is missing: the other metrics go on without it.
    private mutating func fingerprinted(
        _ part: PairSources.Part?, _ name: String, _ network: [String]?
    ) -> (part: PairSources.Part?, parts: [String]) {
        guard let part else { return (nil, ["no \(name)"]) }
        let reference = fingerprinted(part.reference, network)
        let generated = fingerprinted(part.generated, network)
        let usable = PairSources.Part(reference: reference.source, generated: generated.source)
        let isMissing = usable.absence != nil
        return (usable, isMissing ? ["missing \(name)"] : [name] + reference.parts + generated.parts)
    }

    private mutating func fingerprinted(
        _ source: MapSource, _ network: [String]?
    ) -> (source: MapSource, parts: [String]) {
        switch source {
        case .missing: return (source, [])
        case .network: return (source, ["network", MapKey.version] + (network ?? []))
        case .file(let path):
            do throws(BenchError) {
                return (source, [try hasher.artifact(path).sha256] + findings.alignment(path))
            } catch {
                return (.missing(error.sentence), [])
            }
        }
    }

    private mutating func fingerprinted(
        _ foreground: PairSources.Foreground?
    ) -> (source: PairSources.Foreground?, parts: [String]) {
        switch foreground {
        case nil: return (nil, ["no foreground"])
        case .missing: return (foreground, ["missing foreground"])
        case .file(let path):
            do throws(BenchError) {
                let parts = ["foreground", try hasher.artifact(path).sha256] + findings.alignment(path)
                // Masks of black and white are read as ever; others were not.
                guard let reading = findings.reading(path), reading != .usual else { return (foreground, parts) }
                return (foreground, parts + [reading.rawValue])
            } catch {
                return (.missing(error.sentence), ["missing foreground"])
            }
        case .saliency:
            return (foreground, ["foreground", MapKey.version, networks?.parameters["foreground"] ?? ""])
        case .phrases(let phrases, let source):
            let masks = fingerprinted(source, networks?.masks?.fingerprint)
            if case .missing(let why) = masks.source { return (.missing(why), ["missing foreground"]) }
            return (foreground, ["foreground", "phrases", phrases.identity.hex] + masks.parts)
        }
    }

    /// Conditions of the planned trials in their order, each with what its scores depend on.
    mutating func plannedConditions(
        _ trials: [PlannedTrial], _ sources: [PairSources], network: NetworkFolder, lost: [ScoringRequest.Lost]
    ) -> [(planned: PlannedCondition, sources: ConditionSources)] {
        var groups: [(key: [String], members: [Int])] = []
        var places: [[String]: Int] = [:]
        for (index, planned) in trials.enumerated() {
            let key = [planned.trial.configuration.name, planned.trial.clip.identity.hex]
            if let place = places[key] {
                groups[place].members.append(index)
            } else {
                places[key] = groups.count
                groups.append((key, [index]))
            }
        }
        var conditions: [(planned: PlannedCondition, sources: ConditionSources)] = []
        for group in groups {
            let first = trials[group.members[0]].trial
            let condition = Condition(
                configuration: first.configuration, clip: first.clip,
                videos: group.members.map { trials[$0].trial.video })
            let foreground = fingerprinted(sources[group.members[0]].foreground)
            let version = "\(diversityDescriptor(network.card).version)"
            let parts = [
                "diversity", version, options.profile.rawValue, condition.identity.hex, network.identity.hex,
                "\(options.frameLimit)",
            ]
            conditions.append(
                (
                    PlannedCondition(
                        condition: condition, fingerprint: Identity(of: parts + foreground.parts)),
                    ConditionSources(
                        videos: condition.videos.map(\.path), clip: first.clip, foreground: foreground.source,
                        trials: group.members,
                        isComplete: !lost.contains {
                            $0.configuration == first.configuration.name && $0.clip == first.clip.name
                        })
                ))
        }
        return conditions
    }

    // MARK: the run

    /// A network whose files are not those of its card is refused before any work.
    /// - Throws: `BenchError` 65.
    mutating func check(_ folder: NetworkFolder) throws(BenchError) {
        for file in folder.card.files {
            let artifact = try hasher.artifact(resolved(folder.path) + "/" + file.file)
            guard artifact.sha256 == file.sha256 else { throw folder.mismatch(file, sha256: artifact.sha256) }
        }
        try folder.checkExternalFiles()
    }

    /// The metrics of single videos, in the order of tables.
    private func trialMetrics(depth: Bool, masks: Bool) -> [MetricDescriptor] {
        plannedMetrics(options, depth: depth, masks: masks) + (networks?.quality == nil ? [] : DoverScorer.descriptors)
    }

    /// What all trials' scores depend on besides their own files and networks.
    private var ownParameters: [String: String] {
        ["frame-limit": "\(options.frameLimit)", "mask-matching": options.matching.rawValue]
            .merging(options.niqe.map { ["niqe-model": $0.label] } ?? [:]) { a, _ in a }
            .merging(options.filters.changes) { a, _ in a }
    }

    private var parameters: [String: String] {
        ownParameters.merging(networks?.parameters ?? [:]) { a, _ in a }
    }

    func runPlan(
        _ request: ScoringRequest, dataset: String, of folders: [String], trials: [PlannedTrial],
        conditions: [PlannedCondition], depth: Bool, masks: Bool, regions: Bool
    ) -> RunPlan {
        let settings = parameters.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        let ofConditions = networks?.perceptual.map { [diversityDescriptor($0.card)] } ?? []
        return RunPlan(
            name: request.name ?? URL(fileURLWithPath: dataset).lastPathComponent, dataset: dataset,
            profile: options.profile, parameters: parameters,
            metrics: trialMetrics(depth: depth, masks: masks) + ofConditions,
            regions: regions ? Region.allCases : [.all], trials: trials, conditions: conditions, rejected: rejected,
            layout: request.layout, configurations: request.configurations, sweep: request.sweep,
            identity: Identity(of: ["run", former(dataset), options.profile.rawValue] + folders + settings))
    }
}
