public import Experiment
import Foundation
public import Results
public import Scoring

/// Turns a request into a job: finds the files, hashes them, and says what is missing.
public struct ScoringPlanner {
    private let options: ScoringOptions
    private var hasher: ContentHasher
    private var issues: [ScoringJob.Issue] = []
    private var rejected: [String: Int] = [:]
    private let onFile: (_ done: Int, _ total: Int) -> Void

    /// - Parameter store: remembers content hashes; nil hashes anew.
    public init(
        options: ScoringOptions, store: Store?, onFile: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        self.options = options
        self.onFile = onFile
        hasher = ContentHasher(store: store)
    }

    /// Plans a dataset folder against folders of generated videos. Videos are grouped by clip, so that a clip's own maps are
    /// computed once.
    /// - Throws: `BenchError` 65 for an unusable folder, 5 when no video belongs to any clip.
    public mutating func plan(_ request: ScoringRequest) throws(BenchError) -> ScoringJob {
        let dataset = try DatasetFolder(path: resolved(request.dataset))
        var folders: [VideosFolder] = []
        for argument in request.videos {
            let folder = try VideosFolder(argument: argument)
            guard !folders.contains(where: { $0.configuration == folder.configuration }) else {
                throw BenchError(
                    .usage,
                    "two --videos folders are both called '\(folder.configuration)'; name them, as --videos NAME=DIR")
            }
            folders.append(folder)
        }
        let foreground =
            request.foreground.map { resolved($0) }
            ?? (isFolder(dataset.path + "/foreground") ? dataset.path + "/foreground" : nil)
        if let foreground, !isFolder(foreground) {
            throw BenchError(
                .unusableInput, "\(foreground) is not a folder; --foreground names a folder of ID.mp4 masks")
        }
        let clips = dataset.clips
        let items = candidates(folders, dataset: dataset, clips: clips)
        var trials: [PlannedTrial] = []
        var inputs: [PairInputs] = []
        var stamps: [String] = []
        var uncaptioned: Set<String> = []
        for (done, item) in items.enumerated() {
            onFile(done, items.count)
            do throws(BenchError) {
                let caption = try dataset.caption(item.clip)
                if caption == nil { uncaptioned.insert(item.clip) }
                let found = pairInputs(item, dataset: dataset, foreground: foreground)
                let stamp = FileStamp.of(found.paths)
                let (planned, files) = try plannedTrial(item, found, caption: caption ?? "")
                trials.append(planned)
                inputs.append(files)
                stamps.append(files.paths == found.paths ? stamp : FileStamp.of(files.paths))
            } catch {
                reject(item.video, of: item.folder, error.sentence)
            }
        }
        onFile(items.count, items.count)
        try hasher.flush()
        if !uncaptioned.isEmpty {
            issues.append(
                .init(
                    subject: dataset.path + "/captions",
                    message:
                        "\(uncaptioned.count) of \(clips.count) clips have no caption file; the public evaluator leaves "
                        + "their videos out", isWarning: true))
        }
        guard !items.isEmpty else {
            throw BenchError(
                .nothingSelected,
                "no video belongs to a clip of \(dataset.path); videos are named ID.mp4, ID_captionN.mp4 or ID__N.mp4 after videos/ID.mp4"
            )
        }
        let hasDepth = inputs.contains { $0.depth != nil }
        let hasMasks = inputs.contains { $0.masks != nil }
        return ScoringJob(
            plan: runPlan(
                name: request.name ?? URL(fileURLWithPath: dataset.path).lastPathComponent, dataset: dataset.path,
                of: folders.map { $0.configuration + "=" + $0.path } + [foreground ?? ""],
                trials: trials, depth: hasDepth, masks: hasMasks, regions: foreground != nil),
            inputs: inputs, stamps: stamps, issues: issues, options: options)
    }

    // MARK: finding files

    private struct Item {
        let folder: VideosFolder
        let video: String
        let clip: String
        let prompt: String
        let reference: String
    }

    private mutating func candidates(
        _ folders: [VideosFolder], dataset: DatasetFolder, clips: Set<String>
    ) -> [Item] {
        var items: [(order: Int, item: Item)] = []
        for (order, folder) in folders.enumerated() {
            var seen: Set<String> = []
            for video in folder.videos {
                let (clip, prompt) = clipAndPrompt(stem(video), clips: clips)
                guard isPlainName(clip) else {
                    reject(
                        video, of: folder, "\(video) names the clip '\(clip)', which is no plain file name; rename it")
                    continue
                }
                guard let reference = dataset.video(clip) else {
                    reject(video, of: folder, "\(video) belongs to no clip: \(dataset.path)/videos has no \(clip).mp4")
                    continue
                }
                guard seen.insert(clip + "\u{0}" + prompt).inserted else {
                    reject(
                        video, of: folder,
                        "\(video) is a second video of clip \(clip), prompt '\(prompt)', in one folder; remove one")
                    continue
                }
                items.append(
                    (order, Item(folder: folder, video: video, clip: clip, prompt: prompt, reference: reference)))
            }
            let missing = clips.subtracting(seen.map { $0.split(separator: "\u{0}").first.map(String.init) ?? "" })
            if !missing.isEmpty {
                issues.append(
                    .init(
                        subject: folder.configuration,
                        message: "\(missing.count) of \(clips.count) clips have no video in '\(folder.configuration)': "
                            + missing.sorted().prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : ""),
                        isWarning: true))
            }
        }
        return items.sorted {
            ($0.item.clip, $0.order, $0.item.prompt) < ($1.item.clip, $1.order, $1.item.prompt)
        }.map(\.item)
    }

    private mutating func reject(_ video: String, of folder: VideosFolder, _ sentence: String) {
        rejected[folder.configuration, default: 0] += 1
        issues.append(.init(subject: video, message: sentence, isWarning: false))
    }

    private func pairInputs(_ item: Item, dataset: DatasetFolder, foreground: String?) -> PairInputs {
        func part(_ what: String, _ reference: String?, _ generated: String?) -> PairInputs.Part {
            guard let reference else { return .missing("the dataset has no \(what) of clip \(item.clip)") }
            guard let generated else {
                return .missing("'\(item.folder.configuration)' has no \(what) of \(stem(item.video))")
            }
            return .files(reference: reference, generated: generated)
        }
        return PairInputs(
            reference: item.reference, generated: item.video,
            foreground: foreground.map { folder in
                foregroundFile(in: folder, item.clip).map { .file($0) }
                    ?? .missing("\(folder) has no mask of clip \(item.clip)")
            },
            depth: dataset.hasDepth && item.folder.hasDepth
                ? part("depth", dataset.depth(item.clip), item.folder.depth(item.video)) : nil,
            masks: dataset.hasMasks && item.folder.hasMasks
                ? part("masks", dataset.masks(item.clip), item.folder.masks(item.video)) : nil)
    }

    // MARK: identities

    private mutating func plannedTrial(
        _ item: Item, _ files: PairInputs, caption: String
    ) throws(BenchError) -> (PlannedTrial, PairInputs) {
        let clip = Clip(name: item.clip, caption: caption, video: try hasher.artifact(files.reference))
        let trial = Trial(
            configuration: Configuration(name: item.folder.configuration), clip: clip, prompt: item.prompt,
            video: try hasher.artifact(files.generated))
        var parts = ["score", trial.identity.hex, options.profile.rawValue]
        parts += parameters.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        parts += plannedMetrics(options, depth: files.depth != nil, masks: files.masks != nil)
            .map { "\($0.name) \($0.version)" }
        let foreground = hashed(files.foreground, into: &parts)
        let depth = hashed(files.depth, "depth", into: &parts)
        let masks = hashed(files.masks, "masks", into: &parts)
        return (
            PlannedTrial(trial: trial, fingerprint: Identity(of: parts)),
            PairInputs(
                reference: files.reference, generated: files.generated, foreground: foreground, depth: depth,
                masks: masks)
        )
    }

    /// Adds an optional part to a fingerprint. One that cannot be hashed is missing: the other metrics go on without it.
    private mutating func hashed(_ part: PairInputs.Part?, _ name: String, into parts: inout [String]) -> PairInputs
        .Part?
    {
        switch part {
        case nil: parts.append("no \(name)")
        case .missing: parts.append("missing \(name)")
        case .files(let reference, let generated):
            do throws(BenchError) {
                parts += [name, try hasher.artifact(reference).sha256, try hasher.artifact(generated).sha256]
            } catch {
                parts.append("missing \(name)")
                return .missing(error.sentence)
            }
        }
        return part
    }

    private mutating func hashed(
        _ part: PairInputs.Foreground?, into parts: inout [String]
    ) -> PairInputs.Foreground? {
        switch part {
        case nil: parts.append("no foreground")
        case .missing: parts.append("missing foreground")
        case .file(let path):
            do throws(BenchError) {
                parts += ["foreground", try hasher.artifact(path).sha256]
            } catch {
                parts.append("missing foreground")
                return .missing(error.sentence)
            }
        }
        return part
    }

    private var parameters: [String: String] {
        ["frame-limit": "\(options.frameLimit)", "mask-matching": options.matching.rawValue]
    }

    private func runPlan(
        name: String, dataset: String, of sources: [String], trials: [PlannedTrial], depth: Bool, masks: Bool,
        regions: Bool
    ) -> RunPlan {
        let settings = parameters.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        return RunPlan(
            name: name, dataset: dataset, profile: options.profile, parameters: parameters,
            metrics: plannedMetrics(options, depth: depth, masks: masks), regions: regions ? Region.allCases : [.all],
            trials: trials, rejected: rejected,
            identity: Identity(of: ["run", dataset, options.profile.rawValue] + sources + settings))
    }
}
