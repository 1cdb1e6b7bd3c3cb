internal import CKernels
internal import Tensors

/// GroupNorm with one group, over all of a frame (spec §4.3).
struct FrameNorm: Sendable {
    private let gain: [Float]
    private let offset: [Float]

    /// What normalising means for one frame: `scale · x + shift`, by channel.
    struct Map: Sendable {
        let scale: [Float]
        let shift: [Float]
    }

    /// The tensors' presence and shapes have been checked.
    init(_ name: String, from tensors: [String: StoredTensor]) {
        guard let gain = tensors["\(name).norm.weight"], let offset = tensors["\(name).norm.bias"] else {
            preconditionFailure("\(name) was not checked")
        }
        self.gain = gain.floats()
        self.offset = offset.floats()
    }

    func callAsFunction(_ frame: FeatureFrame, _ pool: WorkerPool) -> Map {
        let grain = 1 << 17
        let blocks = (frame.count + grain - 1) / grain
        let sums = [Double](unsafeUninitializedCapacity: 2 * blocks) { buffer, filled in
            buffer.initialize(repeating: 0)
            nonisolated(unsafe) let sums = buffer
            pool.run(blocks) { block in
                let n = min(grain, frame.count - block * grain)
                tb_moments(tb_isa_best(), frame.pointer + block * grain, n, &sums[2 * block])
            }
            filled = 2 * blocks
        }
        var (sum, squares) = (0.0, 0.0)
        for block in 0..<blocks {
            sum += sums[2 * block]
            squares += sums[2 * block + 1]
        }
        let mean = sum / Double(frame.count)
        let variance = max(0, squares / Double(frame.count) - mean * mean)
        let factor = 1 / (variance + 1e-6).squareRoot()
        return Map(
            scale: gain.map { Float(Double($0) * factor) },
            shift: zip(gain, offset).map { Float(Double($1) - mean * factor * Double($0)) })
    }
}
