public import Experiment
public import Video

/// The files of one video pair. A part that the run does not score is nil; a part that it does but that is missing here
/// says why.
public struct PairInputs: Sendable {
    /// A file for an optional part, or the reason why there is none.
    public enum Part: Sendable, Equatable {
        case files(reference: String, generated: String)
        case missing(String)
    }

    public let reference: String
    public let generated: String
    /// A mask video or folder; `.missing` leaves the regions unscored.
    public let foreground: Foreground?
    public let depth: Part?
    public let masks: Part?
    public let origins: Origins
    /// What the networks that made depth say that it is; files say it themselves.
    public let depthKinds: DepthKinds

    /// Of both sides; nil where the file knows better.
    public struct DepthKinds: Sendable, Equatable {
        public var reference: DepthKind?
        public var generated: DepthKind?

        public init(reference: DepthKind? = nil, generated: DepthKind? = nil) {
            self.reference = reference
            self.generated = generated
        }
    }

    /// How the optional parts were made, for the parameters of the scores that stand on them.
    public struct Origins: Sendable, Equatable {
        public var foreground: [String: String]
        public var depth: [String: String]
        public var masks: [String: String]

        public init(
            foreground: [String: String] = ["foreground": "given mask"], depth: [String: String] = [:],
            masks: [String: String] = [:]
        ) {
            self.foreground = foreground
            self.depth = depth
            self.masks = masks
        }
    }

    /// A foreground mask, or the reason why there is none.
    public enum Foreground: Sendable, Equatable {
        case file(String)
        case missing(String)
    }

    public init(
        reference: String, generated: String, foreground: Foreground? = nil, depth: Part? = nil, masks: Part? = nil,
        origins: Origins = Origins(), depthKinds: DepthKinds = DepthKinds()
    ) {
        self.reference = reference
        self.generated = generated
        self.foreground = foreground
        self.depth = depth
        self.masks = masks
        self.origins = origins
        self.depthKinds = depthKinds
    }
}

/// How pairs are scored.
public struct ScoringOptions: Sendable {
    public let profile: Profile
    public let matching: MaskIoU.Matching
    /// Threads that measure frames, where their frames fit the memory.
    public let workers: Int
    /// Frames read from the start of each video (metrics.md §1).
    public let frameLimit: Int
    public let filters: FrameFilters
    /// What NIQE measures from; nil leaves NIQE out.
    public var niqe: NIQEReference?

    public init(
        profile: Profile, matching: MaskIoU.Matching = .hungarian, workers: Int, frameLimit: Int = 121,
        niqe: NIQEReference? = nil, filters: FrameFilters? = nil
    ) {
        self.profile = profile
        self.matching = matching
        self.workers = max(1, workers)
        self.frameLimit = frameLimit
        self.niqe = niqe
        self.filters = filters ?? FrameFilters(profile: profile)
    }

    /// The same for another profile, with that one's filters.
    public func following(_ other: Profile) -> ScoringOptions {
        ScoringOptions(
            profile: other, matching: matching, workers: workers, frameLimit: frameLimit, niqe: niqe,
            filters: other == profile ? filters : nil)
    }

    /// Workers for frames of a size: the frames in work stay within 400 MB, which takes about 60 bytes a pixel and worker.
    func workers(for size: FrameSize) -> Int { min(workers, max(1, 400_000_000 / (60 * size.pixels))) }
}

/// What a video turned out to be.
public struct VideoFacts: Sendable, Equatable {
    public let size: FrameSize
    /// Frames a second; 0 where that means nothing.
    public let rate: Double
    /// Frames that the container lists; nil when it has no list.
    public let declaredFrames: Int?
    /// About how many frames there are; nil when nothing says so.
    public let expectedFrames: Int?
    /// How its pictures are to be shown; nil for pictures in a folder.
    public let tags: PictureTags?

    public init(
        size: FrameSize, rate: Double, declaredFrames: Int? = nil, expectedFrames: Int? = nil, tags: PictureTags? = nil
    ) {
        self.size = size
        self.rate = rate
        self.declaredFrames = declaredFrames
        self.expectedFrames = expectedFrames
        self.tags = tags
    }

    init(_ reader: any FrameReader) {
        self.init(
            size: reader.size, rate: reader.rate, declaredFrames: reader.declaredFrames,
            expectedFrames: reader.expectedFrames, tags: reader.tags)
    }
}

/// A small picture of one frame, as JPEG.
public struct Preview: Sendable, Equatable {
    public let frame: Int
    public let jpeg: [UInt8]
}

/// Everything that scoring one pair gives.
public struct PairResult: Sendable {
    public let reference: VideoFacts
    public let generated: VideoFacts
    /// Frames that were compared.
    public let frames: Int
    public let scores: [Score]
    /// How sizes and frame counts that differ were handled.
    public let warnings: [String]
    /// Parts that could not be read; their scores are unscored, the others hold.
    public let failures: [String]
    public let referencePreviews: [Preview]
    public let generatedPreviews: [Preview]

    /// With scores of the whole generated video; why any of them is unscored is a failure.
    public func adding(_ more: [Score]) -> PairResult {
        PairResult(
            reference: reference, generated: generated, frames: frames, scores: scores + more, warnings: warnings,
            failures: failures + Set(more.compactMap(\.outcome.reason)).sorted(), referencePreviews: referencePreviews,
            generatedPreviews: generatedPreviews)
    }
}
