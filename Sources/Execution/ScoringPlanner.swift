public import Experiment
import Foundation
public import Results
public import Scoring

/// Turns a request into a job: finds the files, hashes them, and says what is missing.
public struct ScoringPlanner {
    private(set) var options: ScoringOptions
    var networks: ScoringNetworks?
    var hasher: ContentHasher
    private let store: Store?
    private var issues: [ScoringJob.Issue] = []
    private(set) var rejected: [String: Int] = [:]
    private var passedOver: Set<String> = []
    /// What was found of files that were looked into.
    var findings = FileFindings()
    private let onFile: (_ done: Int, _ total: Int) -> Void

    /// - Parameter store: remembers content hashes; nil hashes anew.
    public init(
        options: ScoringOptions, store: Store?, onFile: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        self.options = options
        self.store = store
        self.onFile = onFile
        hasher = ContentHasher(store: store)
    }

    /// Plans a dataset folder against folders of generated videos. Videos are grouped by clip, so that a clip's own maps are
    /// computed once.
    /// - Throws: `BenchError` 65 for an unusable folder, 5 when no video belongs to any clip.
    public mutating func plan(_ request: ScoringRequest) throws(BenchError) -> ScoringJob {
        networks = request.networks
        for folder in request.networks?.folders ?? [] { try check(folder) }
        let dataset = try DatasetFolder(path: resolved(request.dataset))
        var folders: [VideosFolder] = []
        for choice in request.videos {
            let folder = try VideosFolder(choice)
            guard !folders.contains(where: { $0.configuration == folder.configuration }) else {
                throw BenchError(
                    .usage,
                    "two --videos folders are both called '\(folder.configuration)'; name them, as --videos NAME=DIR")
            }
            folders.append(folder)
        }
        for lost in request.lost {
            rejected[lost.configuration, default: 0] += 1
            if let failure = lost.failure {
                issues.append(
                    .init(subject: lost.subject, message: failure.sentence, isWarning: false, failure: failure))
            }
        }
        issues += request.remarks
        if let niqe = request.niqe { options.niqe = try niqeReference(niqe, clips: dataset) }
        let given =
            request.foreground.map { resolved($0) }
            ?? (isFolder(dataset.path + "/foreground") ? dataset.path + "/foreground" : nil)
        let foreground = networks?.foreground == nil && request.hasRegions ? given : nil
        if let foreground, !isFolder(foreground) {
            throw BenchError(
                .unusableInput, "\(foreground) is not a folder; --foreground names a folder of ID.mp4 masks")
        }
        let clips = dataset.clips
        let items = candidates(folders, dataset: dataset, clips: clips)
        for folder in folders {
            let swapped = SwappedFolders(dataset: dataset, folder: folder)
            if let refusal = swapped.refusal(isUnmatched: items.isEmpty) { throw BenchError(.usage, refusal) }
            if let doubt = swapped.doubt { warn(doubt, of: folder.configuration) }
        }
        var trials: [PlannedTrial] = []
        var sources: [PairSources] = []
        var stamps: [String] = []
        var captions: [String: String?] = [:]
        for (done, item) in items.enumerated() {
            onFile(done, items.count)
            do throws(BenchError) {
                let caption = captions[item.clip] ?? caption(of: item.clip, dataset)
                captions[item.clip] = .some(caption)
                let found = foundFiles(item, dataset: dataset, foreground: foreground, caption: caption)
                let stamp = FileStamp.of([item.reference, item.video] + found.paths)
                let (planned, source) = try plannedTrial(item, found, caption: caption ?? "")
                if planned.trial.video.sha256 == planned.trial.clip.video.sha256 {
                    warn(sameFileWarning, of: item.video)
                }
                trials.append(planned)
                sources.append(source)
                stamps.append(source.usesAll(of: found) ? stamp : FileStamp.of(source.paths))
            } catch {
                reject(item.video, of: item.folder, error.sentence)
            }
        }
        onFile(items.count, items.count)
        try hasher.flush()
        let uncaptioned = captions.values.count { $0 == nil }
        if uncaptioned > 0 {
            issues.append(
                .init(
                    subject: dataset.path + "/captions",
                    message:
                        "\(uncaptioned) of \(clips.count) clips have no caption; the public evaluator leaves "
                        + "their videos out", isWarning: true))
        }
        guard !items.isEmpty || !request.lost.isEmpty else {
            throw BenchError(
                .nothingSelected,
                "no video belongs to a clip of \(dataset.path); videos are named ID.mp4, ID_captionN.mp4 or ID__N.mp4 after videos/ID.mp4"
            )
        }
        let hasRegions = foreground != nil || networks?.foreground != nil
        let conditions =
            networks?.perceptual.map { plannedConditions(trials, sources, network: $0, lost: request.lost) } ?? []
        let plan = runPlan(
            request, dataset: dataset.path,
            of: request.planned?.map(former) ?? folders.map { $0.configuration + "=" + former($0.path) } + [
                former(foreground ?? "")
            ],
            trials: trials, conditions: conditions.map(\.planned),
            depth: sources.contains { $0.depth != nil }, masks: sources.contains { $0.masks != nil },
            regions: hasRegions)
        return ScoringJob(
            plan: plan, sources: sources, conditions: conditions.map(\.sources), stamps: stamps, issues: issues,
            options: options, networks: networks)
    }

    /// A path as it was where the store was born: a run is known by those.
    func former(_ path: String) -> String { store?.former(path) ?? path }

    /// A caption says what a video was to show; one that cannot be read costs no more than one that is missing.
    private mutating func caption(of clip: String, _ dataset: DatasetFolder) -> String? {
        do throws(BenchError) { return try dataset.caption(clip) } catch {
            warn(error.sentence, of: dataset.path + "/captions")
            return nil
        }
    }

    // MARK: finding files

    struct Item {
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
            var seen: [String: String] = [:]
            for video in folder.videos {
                let (clip, prompt) = clipAndPrompt(stem(video), clips: clips)
                guard Clip.isName(clip) else {
                    reject(
                        video, of: folder, "\(video) names the clip '\(clip)', which is no plain file name; rename it")
                    continue
                }
                let place = clip + "\u{0}" + prompt
                let found: String?
                do throws(BenchError) { found = try dataset.video(clip) } catch {
                    reject(video, of: folder, "\(video) is not scored: \(error.sentence)")
                    seen[place] = video
                    continue
                }
                guard let reference = found else {
                    let other = clips.first { $0.lowercased() == clip.lowercased() }
                    reject(
                        video, of: folder,
                        "\(video) belongs to no clip: \(dataset.path)/videos has no \(clip).mp4"
                            + (other.map { ", but \($0): capitals count" } ?? ""))
                    continue
                }
                if let other = seen[place] {
                    reject(
                        video, of: folder,
                        "\(video) is a second video of clip \(clip), prompt '\(prompt)', beside \(other) in one folder; "
                            + "remove one")
                    continue
                }
                seen[place] = video
                items.append(
                    (order, Item(folder: folder, video: video, clip: clip, prompt: prompt, reference: reference)))
            }
            guard folder.isWhole else { continue }
            let missing = clips.subtracting(seen.keys.map { $0.split(separator: "\u{0}").first.map(String.init) ?? "" })
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

    /// The first of the files that could be a clip's; that others are passed over is told once.
    mutating func first(of files: [String]) -> String? {
        for other in files.dropFirst() where passedOver.insert(other).inserted {
            warn("is passed over, because \(files[0]) is of the same video; remove one of them", of: other)
        }
        return files.first
    }

    mutating func warn(_ message: String, of subject: String) {
        issues.append(.init(subject: subject, message: message, isWarning: true))
    }

    private mutating func reject(_ video: String, of folder: VideosFolder, _ sentence: String) {
        rejected[folder.configuration, default: 0] += 1
        issues.append(.init(subject: video, message: sentence, isWarning: false))
    }
}
