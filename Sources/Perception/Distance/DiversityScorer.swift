public import Experiment
internal import Foundation
internal import Synchronization
internal import Tensors
internal import Video

/// Diversity (metrics.md §7): the mean perceptual distance of all pairs of the videos that one condition gave.
///
/// Videos are read in step with one frame of each in memory, every frame goes through the network once, and the pairs are
/// compared in one pass over its features. A region is compared in frames whose other pixels are white (metrics.md §9),
/// which costs two more passes.
public struct DiversityScorer: Sendable {
    /// The frames that count, as in the public evaluators.
    public static let publishedFrameLimit = 121

    public let card: NetworkCard
    /// What the network runs on.
    public let device: Device
    let network: Identity
    let hasHeads: Bool
    private let source: any FeatureSource
    private let heads: DistanceHeads?
    private let pool: WorkerPool
    private let memoryLimit: Int

    /// Loads a network for `perceptual-features`, and its heads if it has some.
    /// - Parameter memoryLimit: bytes that the features of one frame of each video may take; three quarters of the
    ///   machine's memory if nil.
    /// - Throws: `BenchError` 65, when it is another kind of network or damaged; 69, when the device is not there.
    public init(
        network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int, memoryLimit: Int? = nil
    ) throws(BenchError) {
        let source = try NetworkFeatures(network, runtime: runtime, device: device, threads: threads)
        var heads: DistanceHeads?
        if network.card.files.contains(where: { $0.role == "heads" }) {
            heads = try DistanceHeads(path: try network.file("heads"), taps: source.taps)
        }
        self.init(
            source, heads: heads, card: network.card, network: network.identity, device: source.device,
            threads: threads, memoryLimit: memoryLimit)
    }

    init(
        _ source: any FeatureSource, heads: DistanceHeads?, card: NetworkCard, network: Identity, device: Device = .cpu,
        threads: Int, memoryLimit: Int? = nil
    ) {
        self.source = source
        self.heads = heads
        self.card = card
        self.network = network
        self.device = device
        hasHeads = heads != nil
        pool = WorkerPool(threads: max(1, threads))
        self.memoryLimit = memoryLimit ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 4 * 3)
    }

    /// Compares the first `frameLimit` frames of all videos, or as many as the shortest has.
    /// - Parameters:
    ///   - onLength: called once with the number of frames that there are to compare, as far as the containers say.
    ///   - onFrame: called after every frame.
    /// - Throws: `BenchError`, when there are not two videos, they differ in size, or one is damaged. What is wrong with the
    ///   foreground is in the result.
    public func score(
        _ inputs: DiversityInputs, frameLimit: Int = publishedFrameLimit, onLength: (Int) -> Void = { _ in },
        onFrame: () -> Void = {}
    ) throws(BenchError) -> DiversityResult {
        guard inputs.videos.count >= 2, frameLimit > 0 else {
            throw BenchError(
                .unusableInput,
                "diversity compares two or more videos of one condition, and there \(inputs.videos.count == 1 ? "is 1" : "are \(inputs.videos.count)"); give one video for each prompt"
            )
        }
        do {
            return try compare(inputs, frameLimit: frameLimit, onLength: onLength, onFrame: onFrame)
        } catch let error as BenchError {
            throw error
        } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
    }

    private func compare(
        _ inputs: DiversityInputs, frameLimit: Int, onLength: (Int) -> Void, onFrame: () -> Void
    ) throws -> DiversityResult {
        let videos = try VideoSet(inputs, limit: frameLimit)
        let size = videos.size
        onLength(videos.expected)
        let set = Mutex<VideoSet>(videos)
        let steps = ReadAhead<FrameStep> { () throws(FileError) in
            try set.withLock { (set) throws(FileError) in try set.next() }
        }
        let pairs = PairDistances(
            source, heads: heads, pictures: inputs.videos.count, pool: pool, memoryLimit: memoryLimit)
        var all: [[Double]] = []
        var regions = MaskedDistances(pairs: VideoPair.all(of: inputs.videos.count).count)
        while let step = try steps.next() {
            let distances = try pairs.distances(of: step.frames)
            all.append(distances)
            if let mask = step.mask {
                try regions.add(step.frames, mask: mask, whole: distances) { (f) throws(BenchError) in
                    try pairs.distances(of: f)
                }
            }
            onFrame()
        }
        let (warnings, failure) = set.withLock { ($0.warnings, $0.foregroundFailure) }
        var results = [DiversityResult.Distances(region: .all, values: all, failure: nil)]
        if inputs.foreground != nil { results += regions.results(failure: failure) }
        return DiversityResult(
            videos: inputs.videos, size: size, frames: all.count, frameLimit: frameLimit,
            pairs: VideoPair.all(of: inputs.videos.count), regions: results, warnings: warnings + regions.warnings)
    }
}

/// The distances in foreground and background, frame by frame.
private struct MaskedDistances {
    let pairs: Int
    private var foreground: [[Double]] = []
    private var background: [[Double]] = []
    private var foregroundIsEmpty: [Bool] = []
    private var backgroundIsEmpty: [Bool] = []

    init(pairs: Int) { self.pairs = pairs }

    /// Paints and compares one step. Where a region is the whole frame the painting changes nothing, and where it is empty
    /// all frames are white alike: neither needs the network.
    mutating func add(
        _ frames: [Frame], mask: Plane, whole: [Double], _ distances: ([Frame]) throws(BenchError) -> [Double]
    ) throws(BenchError) {
        let inside = mask.pixels.reduce(into: 0) { $0 += $1 == 0 ? 0 : 1 }
        let none = [Double](repeating: 0, count: pairs)
        foregroundIsEmpty.append(inside == 0)
        backgroundIsEmpty.append(inside == mask.pixels.count)
        switch inside {
        case 0:
            foreground.append(none)
            background.append(whole)
        case mask.pixels.count:
            foreground.append(whole)
            background.append(none)
        default:
            foreground.append(try distances(frames.map { $0.white(where: false, in: mask) }))
            background.append(try distances(frames.map { $0.white(where: true, in: mask) }))
        }
    }

    func results(failure: String?) -> [DiversityResult.Distances] {
        func result(_ region: Region, _ values: [[Double]], _ isEmpty: [Bool]) -> DiversityResult.Distances {
            let empty = "the \(region == .fg ? "foreground" : "background") is empty in every frame"
            return DiversityResult.Distances(
                region: region, values: values, failure: failure ?? (isEmpty.allSatisfy { $0 } ? empty : nil))
        }
        let nothing = "the foreground is empty in every frame, so the background would be the whole picture"
        let isNothing = !foregroundIsEmpty.isEmpty && foregroundIsEmpty.allSatisfy { $0 }
        return [
            result(.fg, foreground, foregroundIsEmpty),
            isNothing && failure == nil
                ? DiversityResult.Distances(region: .bg, values: background, failure: nothing)
                : result(.bg, background, backgroundIsEmpty),
        ]
    }

    /// Empty frames count with distance 0, as in the public evaluator.
    var warnings: [String] {
        func warning(_ name: String, _ isEmpty: [Bool]) -> String? {
            let count = isEmpty.count { $0 }
            guard count > 0, count < isEmpty.count else { return nil }
            return "the \(name) is empty in \(count) of \(isEmpty.count) frames, which count with distance 0"
        }
        return [warning("foreground", foregroundIsEmpty), warning("background", backgroundIsEmpty)].compactMap { $0 }
    }
}
