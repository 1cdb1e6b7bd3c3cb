internal import Experiment
internal import Tensors
internal import Video

/// The perceptual distances of all pairs of a few pictures (metrics.md §7). Every picture goes through the network once.
final class PairDistances {
    private let source: any FeatureSource
    private let heads: DistanceHeads?
    private let pictures: Int
    private let pool: WorkerPool
    private let memoryLimit: Int
    /// Kept from call to call; made when the network has shown its sizes.
    private var taps: [TapFeatures] = []

    /// - Parameters:
    ///   - heads: nil gives every channel weight 1.
    ///   - memoryLimit: bytes that the features of all pictures may take.
    init(_ source: any FeatureSource, heads: DistanceHeads?, pictures: Int, pool: WorkerPool, memoryLimit: Int) {
        self.source = source
        self.heads = heads
        self.pictures = pictures
        self.pool = pool
        self.memoryLimit = memoryLimit
    }

    /// The distance of every pair (`VideoPair.all`) of pictures of one size.
    /// - Throws: `BenchError` 65, when the network does not take them or gives what its card does not say.
    func distances(of frames: [Frame]) throws(BenchError) -> [Double] {
        precondition(frames.count == pictures)
        do { try fill(frames) } catch let error as BenchError { throw error } catch {
            throw BenchError(.bug, "the features of a frame cannot be computed (\(error))")
        }
        var sums = [Double](repeating: 0, count: VideoPair.all(of: pictures).count)
        for (index, tap) in taps.enumerated() {
            let weights = heads?.weights[index] ?? [Float](repeating: 1, count: tap.channels)
            for (pair, distance) in tap.distances(weights: weights, pool: pool).enumerated() { sums[pair] += distance }
        }
        return sums
    }

    private func fill(_ frames: [Frame]) throws {
        guard let size = frames.first?.size else { return }
        let batch = max(1, source.batch(size))
        for start in stride(from: 0, to: frames.count, by: batch) {
            let group = Array(frames[start..<min(frames.count, start + batch)])
            try source.withFeatures(of: group) { outputs in
                if taps.isEmpty { taps = try layout(outputs, of: size) }
                for (tap, output) in zip(taps, outputs) {
                    let one = tap.channels * tap.positions
                    guard output.shape.count == 4, output.shape[0] == group.count, output.shape[1] == tap.channels,
                        output.floats.count == group.count * one
                    else { throw misfit(output, "for \(group.count) frame\(group.count == 1 ? "" : "s") of \(size)") }
                    for k in group.indices {
                        tap.set(
                            start + k, UnsafeBufferPointer(rebasing: output.floats[k * one..<(k + 1) * one]), pool: pool
                        )
                    }
                }
            }
        }
    }

    private func layout(_ outputs: [NetworkOutput], of size: FrameSize) throws(BenchError) -> [TapFeatures] {
        var bytes = 0
        for (index, output) in outputs.enumerated() {
            guard output.shape.count == 4, !output.shape.contains(0) else {
                throw misfit(output, "where pictures x channels x rows x columns were expected")
            }
            if let weights = heads?.weights[index], weights.count != output.shape[1] {
                throw BenchError(
                    .unusableInput,
                    "the heads have \(weights.count) weights for tap \(index + 1), and the network \(output.shape[1]) channels there; import the heads of this network"
                )
            }
            let positions = output.shape[2] * output.shape[3]
            bytes += 4 * pictures * TapFeatures.count(channels: output.shape[1], positions: positions)
        }
        guard bytes <= memoryLimit else {
            throw BenchError(
                .unusableInput,
                "the features of \(pictures) frames of \(size) take \(bytes >> 20) MiB, more than the \(memoryLimit >> 20) MiB that they may; compare smaller or fewer videos, or take a smaller network"
            )
        }
        return outputs.map {
            TapFeatures(channels: $0.shape[1], positions: $0.shape[2] * $0.shape[3], pictures: pictures)
        }
    }

    private func misfit(_ output: NetworkOutput, _ what: String) -> BenchError {
        let shape = output.shape.map(String.init).joined(separator: "x")
        return BenchError(
            .unusableInput, "the network gave \(shape) for '\(output.name)' \(what); import the network again")
    }
}
