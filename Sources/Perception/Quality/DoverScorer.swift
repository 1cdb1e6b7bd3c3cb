public import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// The quality score of DOVER's technical branch (metrics.md §8): a user's network on fragments of a video.
///
/// Sampling, enlargement and normalisation are those of the profile `aligned-2026`, whose evaluator reads the file's own
/// frames and seeds both its generators with 0. The evaluator of `paibench-2025` encodes the video anew before and does not
/// seed: its numbers scatter about these and lie a little lower.
public final class DoverScorer: Sendable {
    /// The score of one video.
    public struct Result: Sendable, Equatable {
        /// Mean of the network's output over clips and positions.
        public let raw: Double
        /// (raw - 0.1107) / 0.07355: constants of KoNViD-1k's natural videos.
        public var z: Double { (raw - 0.1107) / 0.07355 }
        /// 100 sigmoid(z).
        public var percent: Double { 100 / (1 + exp(-z)) }
        /// Frames of the video that were sampled from, and how many of them were looked at.
        public let frames: Int
        public let used: Int
        /// What a reader would not expect.
        public let warnings: [String]
    }

    public static let descriptors = [
        MetricDescriptor(
            name: "dover-technical", title: "Quality (DOVER)", direction: .higher, low: 0, high: 100, regions: [.all],
            isHeadline: true),
        MetricDescriptor(name: "dover-technical-raw", title: "DOVER raw", direction: .higher, regions: [.all]),
        MetricDescriptor(name: "dover-technical-z", title: "DOVER z", direction: .higher, regions: [.all]),
    ]

    private static let mean: [Float] = [123.675, 116.28, 103.53]
    private static let std: [Float] = [58.395, 57.12, 57.375]

    private let folder: NetworkFolder
    private let network: DoverNetwork
    private let seed: UInt32

    /// - Throws: `BenchError` 65, when the network's task, card, inputs or outputs are not DOVER's; 69, when the device is
    ///   not there.
    public init(
        network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int, seed: UInt32 = 0
    ) throws(BenchError) {
        self.network = try DoverNetwork(network, runtime: runtime, device: device, threads: threads)
        folder = network
        self.seed = seed
    }

    /// Scores a video.
    /// - Parameters:
    ///   - frameLimit: frames read from its start; nil reads all, as the reference evaluator does.
    ///   - onFrame: called after every frame.
    /// - Returns: the scores of `descriptors`.
    /// - Throws: `BenchError` 65, when the video or what the network gives is unusable.
    public func scores(
        video path: String, frameLimit: Int? = nil, onFrame: () -> Void = {}
    ) throws(BenchError) -> [Score] {
        scores(try score(video: path, frameLimit: frameLimit, onFrame: onFrame), frameLimit: frameLimit)
    }

    /// The same as numbers.
    public func score(
        video path: String, frameLimit: Int? = nil, onFrame: () -> Void = {}
    ) throws(BenchError) -> Result {
        let sampled = try sample(path, limit: max(1, frameLimit ?? .max), onFrame)
        let size = sampled.size
        var warnings = sampled.warnings
        if sampled.clips.sampling.ratio < 1 {
            warnings.append(
                "frames of \(size) are under \(DoverSampling.side) pixels: DOVER's evaluator enlarges them and looks "
                    + "only at the upper left \(size) of the enlarged frame")
        }
        return Result(
            raw: try network.mean(over: sampled.clips), frames: sampled.count, used: sampled.clips.frames,
            warnings: warnings)
    }

    private func scores(_ result: Result, frameLimit: Int?) -> [Score] {
        let parameters = [
            "network": folder.card.name, "network-identity": folder.identity.hex,
            "network-sha256": folder.card.files.first { $0.role == "model" }?.sha256 ?? "",
            "device": network.device.rawValue, "seed": "\(seed)", "frames": frameLimit.map { "first \($0)" } ?? "all",
            "sampling":
                "\(DoverSampling.segments) segments of \(DoverSampling.length) frames at stride \(DoverSampling.stride), "
                + "\(DoverSampling.cells)x\(DoverSampling.cells) fragments of \(DoverSampling.fragment) pixels, "
                + "numpy's and torch's generators",
        ]
        return zip(Self.descriptors, [result.percent, result.raw, result.z]).map { descriptor, value in
            Score(
                metric: descriptor.name, region: .all, outcome: .scored(value), n: result.used, parameters: parameters,
                warnings: result.warnings)
        }
    }

    // MARK: frames

    private struct Sampled {
        let clips: DoverClips
        let count: Int
        let size: FrameSize
        let warnings: [String]
    }

    /// Reads the video once, or again when it has not as many frames as expected.
    private func sample(_ path: String, limit: Int, _ onFrame: () -> Void) throws(BenchError) -> Sampled {
        do throws(FileError) {
            var reader = try openFrames(path)
            let size = reader.size
            if let objection = DoverSampling.objection(to: size) {
                throw FileError(.unsupported, file: path, "\(objection): DOVER does not take it")
            }
            var count = reader.expectedFrames.map { min($0, limit) } ?? 0
            if count == 0 {
                count = try Self.read(reader, limit) { _, _ in onFrame() }
                reader = try openFrames(path)
            }
            let picture = folder.card.input
            for _ in 0..<2 {
                var clips = DoverClips(
                    DoverSampling(count: count, size: size, seed: seed), size: size, mean: picture?.mean ?? Self.mean,
                    std: picture?.std ?? Self.std, isBGR: picture?.colour == .bgr)
                let seen = try Self.read(reader, limit) { frame, index in
                    clips.add(frame, at: index)
                    onFrame()
                }
                if seen == count {
                    return Sampled(clips: clips, count: count, size: size, warnings: reader.warnings)
                }
                count = seen
                reader = try openFrames(path)
            }
            throw FileError(
                .malformed, file: path, "gives another number of frames each time it is read; encode it again")
        } catch {
            throw BenchError(.unusableInput, error.description)
        }
    }

    /// How many frames there were, `limit` at most.
    private static func read(
        _ reader: any FrameReader, _ limit: Int, _ body: (Frame, Int) -> Void
    ) throws(FileError) -> Int {
        var count = 0
        while count < limit, let frame = try reader.next() {
            body(frame, count)
            count += 1
        }
        guard count > 0 else {
            throw FileError(.malformed, file: reader.path, "holds no frame; copy or make it again")
        }
        return count
    }
}
