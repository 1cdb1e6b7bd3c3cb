public import Experiment
public import Perception
internal import Scoring

/// Where one map of a video comes from.
public enum MapSource: Sendable, Equatable {
    case file(String)
    /// The run's network makes it from the video.
    case network
    /// Why there is none.
    case missing(String)

    var file: String? { if case .file(let path) = self { path } else { nil } }
    var absence: String? { if case .missing(let why) = self { why } else { nil } }
}

/// Where everything that scoring one pair needs comes from.
public struct PairSources: Sendable {
    /// A map of both videos.
    public struct Part: Sendable, Equatable {
        public let reference: MapSource
        public let generated: MapSource

        public init(reference: MapSource, generated: MapSource) {
            self.reference = reference
            self.generated = generated
        }

        /// Why the part cannot be scored; nil when it can.
        var absence: String? { reference.absence ?? generated.absence }
    }

    /// Where the foreground comes from.
    public enum Foreground: Sendable, Equatable {
        case file(String)
        /// A saliency network looks at the reference.
        case saliency
        /// The objects of the reference's masks that phrases name.
        case phrases(SalientPhrases, of: MapSource)
        case missing(String)
    }

    /// With the reference video, and the caption that a detector looks for in both videos.
    public let clip: Clip
    public let generated: Artifact
    /// nil where the run has no regions.
    public let foreground: Foreground?
    /// nil where the run has no depth metrics.
    public let depth: Part?
    /// nil where the run has no mask metrics.
    public let masks: Part?

    public init(
        clip: Clip, generated: Artifact, foreground: Foreground? = nil, depth: Part? = nil, masks: Part? = nil
    ) {
        self.clip = clip
        self.generated = generated
        self.foreground = foreground
        self.depth = depth
        self.masks = masks
    }

    /// Every file and folder that scores depend on.
    var paths: [String] { [clip.video.path, generated.path] + PairSources.paths(foreground, depth, masks) }

    /// Whether all files that were found are used.
    func usesAll(of found: ScoringPlanner.FoundFiles) -> Bool { paths.count == found.paths.count + 2 }

    /// The files of the optional parts.
    static func paths(_ foreground: Foreground?, _ depth: Part?, _ masks: Part?) -> [String] {
        var paths: [String] = []
        switch foreground {
        case .file(let path): paths.append(path)
        case .phrases(_, let masks): paths += [masks.file].compactMap { $0 }
        case .saliency, .missing, nil: break
        }
        return paths + [depth?.reference, depth?.generated, masks?.reference, masks?.generated].compactMap { $0?.file }
    }
}

extension PairInputs {
    /// Of sources that are all files.
    init(_ sources: PairSources) {
        func part(_ part: PairSources.Part?) -> Part? {
            guard let part else { return nil }
            guard let reference = part.reference.file, let generated = part.generated.file else {
                return .missing(part.absence ?? "there is no network to make it")
            }
            return .files(reference: reference, generated: generated)
        }
        let foreground: Foreground? =
            switch sources.foreground {
            case .file(let path): .file(path)
            case .missing(let why): .missing(why)
            case .saliency, .phrases: .missing("there is no network to make it")
            case nil: nil
            }
        self.init(
            reference: sources.clip.video.path, generated: sources.generated.path, foreground: foreground,
            depth: part(sources.depth), masks: part(sources.masks))
    }
}

/// The videos of a condition and where their foreground comes from.
struct ConditionSources: Sendable {
    let videos: [String]
    let clip: Clip
    let foreground: PairSources.Foreground?
    /// Its trials' places in the plan.
    let trials: [Int]
    /// Whether all videos that it is to have exist: of a part there is no diversity.
    let isComplete: Bool
}
