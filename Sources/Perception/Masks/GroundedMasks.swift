public import Experiment
public import Tensors
public import Video

/// Masks of what a caption speaks of, in every frame of a video: GroundingDINO on the first frame, SAM2 from there on
/// (metrics.md §6).
///
/// One frame, its features and each object's memory are in the machine's memory at a time; a video's length plays no part.
public struct GroundedMasks: Sendable {
    public let detector: PhraseDetector
    public let segmenter: PromptedSegmenter
    public var sampling: PointSampling
    private let pool: WorkerPool

    /// A mask of so many pixels or fewer on the first frame is no object; this many points begin the others' way.
    static let points = 10

    public init(
        detector: PhraseDetector, segmenter: PromptedSegmenter, sampling: PointSampling = .seeded(2025),
        pool: WorkerPool
    ) {
        self.detector = detector
        self.segmenter = segmenter
        self.sampling = sampling
        self.pool = pool
    }

    public var propagation: Propagation { segmenter.hasMemory ? .memory : .perFrame }

    /// Of all that can change the masks, for a cache's key.
    public var identity: Identity {
        Identity(of: [
            "grounded masks 1", detector.folder.identity.hex, segmenter.folder.identity.hex, detector.rules.words,
            segmenter.rules.words, sampling.words, propagation.rawValue,
        ])
    }

    /// An object that was found.
    public struct Object: Sendable, Equatable {
        public let phrase: String
        public let box: Box
        public let score: Float
    }

    /// What was found, and how it was followed.
    public struct Summary: Sendable, Equatable {
        /// In the order of their labels; label 1 is the first.
        public let objects: [Object]
        public let frames: Int
        public let propagation: Propagation
        public let device: Device
    }

    /// Segments a video and gives its label maps one after another: 0 is nothing, label k + 1 is object k.
    /// - Parameters:
    ///   - limit: frames that count.
    ///   - begin: is called once before the first map, with the phrase of each label; none when nothing was found.
    ///   - progress: is called after every frame with the number of frames that are done.
    ///   - give: takes each frame's map.
    /// - Throws: `BenchError` 65, for networks that do not fit, videos that cannot be decoded, and more than 255 objects;
    ///   what the closures throw.
    public func labels(
        of video: any FrameReader, caption: String, limit: Int = 121,
        begin: ([String], FrameSize) throws -> Void = { _, _ in }, progress: (Int) -> Void = { _ in },
        give: (Plane) throws -> Void
    ) throws -> Summary {
        var frames = FrameQueue(video, limit: limit)
        guard let first = try frames.next() else {
            throw BenchError(.unusableInput, "\(video.path) holds no frame to segment; copy or make it again")
        }
        let features = try segmenter.features(of: first)
        let found = try objects(caption, first, features)
        try begin(found.map(\.object.phrase), first.size)
        var trackers = try trackers(found, in: features, frames: try frames.count(upTo: segmenter.rules.pointers))
        try give(paint(trackers.map(\.mask), size: first.size, pool: pool))
        progress(1)
        var done = 1
        while let frame = try frames.next() {
            if !trackers.isEmpty {
                let features = try segmenter.features(of: frame)
                for index in trackers.indices {
                    try trackers[index].advance(to: done, features: features, segmenter: segmenter)
                }
            }
            try give(paint(trackers.map(\.mask), size: frame.size, pool: pool))
            done += 1
            progress(done)
        }
        return Summary(
            objects: found.map(\.object), frames: done, propagation: propagation, device: segmenter.device)
    }

    /// The detections that have a phrase and more than a few pixels, with their masks on the first frame.
    private func objects(
        _ caption: String, _ frame: Frame, _ features: PromptedSegmenter.Features
    ) throws(BenchError) -> [(object: Object, map: LogitMap)] {
        var found: [(object: Object, map: LogitMap)] = []
        let detections = try detector.detections(of: caption, in: frame)
        // A box without words is no object to the evaluator, though it follows it through the video before it drops it.
        for detection in detections where !detection.phrase.isEmpty {
            let answer = try segmenter.answer(segmenter.points(of: detection.box, in: features), in: features)
            let map = answer.single(segmenter.rules.stability).mask
            guard map.mask(frame.size).pixels.count(where: { $0 != 0 }) > GroundedMasks.points else { continue }
            let object = Object(phrase: detection.phrase, box: detection.box, score: detection.score)
            found.append((object, map))
        }
        guard found.count <= 255 else {
            throw BenchError(
                .unusableInput,
                "\(found.count) objects were found for one caption, and at most 255 fit a label map; shorten the caption or follow fewer objects"
            )
        }
        return found
    }

    private func trackers(
        _ found: [(object: Object, map: LogitMap)], in features: PromptedSegmenter.Features, frames: Int
    ) throws(BenchError) -> [MaskTracker] {
        var points = PromptPoints(sampling)
        var trackers: [MaskTracker] = []
        for (_, map) in found {
            guard segmenter.hasMemory else {
                trackers.append(MaskTracker(box: map, in: features))
                continue
            }
            let places = points.draw(GroundedMasks.points, on: map.mask(features.size))
            trackers.append(
                try MaskTracker(
                    points: segmenter.points(places, in: features), in: features, segmenter: segmenter, frames: frames))
        }
        return trackers
    }
}

/// The first frames of a video, with a look ahead that tells a short video from a long one.
private struct FrameQueue {
    private let video: any FrameReader
    private let limit: Int
    private var ahead: [Frame] = []
    private var read = 0

    init(_ video: any FrameReader, limit: Int) {
        self.video = video
        self.limit = limit
    }

    private mutating func decode() throws(BenchError) -> Frame? {
        guard read < limit else { return nil }
        do throws(FileError) {
            guard let frame = try video.next() else { return nil }
            read += 1
            return frame
        } catch {
            throw BenchError(.unusableInput, error.description)
        }
    }

    mutating func next() throws(BenchError) -> Frame? { ahead.isEmpty ? try decode() : ahead.removeFirst() }

    /// Frames that the video has, or `most`; called after the first.
    mutating func count(upTo most: Int) throws(BenchError) -> Int {
        // What a container declares may be a little wrong, but not by half.
        if let declared = video.declaredFrames, declared >= 2 * most, limit >= most { return most }
        while read < most, let frame = try decode() { ahead.append(frame) }
        return min(read, most)
    }
}
