internal import CKernels
import Foundation
internal import Tensors

/// What the noise level says to every layer (spec §2.3).
struct TimestepSignal: Sendable {
    /// 1 where all samples are at one noise level.
    let samples: Int
    /// SiLU of the normalised sinusoid, [samples, width].
    let activation: FloatBuffer
    /// The offset shared by all layers: shift, scale, gate, [samples, 3 width].
    let offset: FloatBuffer
}

/// The timestep embedding of one network: its sinusoid, two linear layers and the affine norm.
struct TimestepEmbedding: Sendable {
    private let width: Int
    private let linear1, linear2: MatrixWeight
    private let gain: [Float]

    init(_ weights: TensorLookup, width: Int) throws {
        self.width = width
        linear1 = try weights.matrix("t_embedder.1.linear_1.weight")
        linear2 = try weights.matrix("t_embedder.1.linear_2.weight")
        gain = try weights["affline_norm.weight"].floats()
    }

    /// - Parameter noise: c_noise = ¼ ln σ of every sample; what is the same for all is computed once.
    func signal(_ noise: [Float], pool: WorkerPool) -> TimestepSignal {
        let noise = noise.allSatisfy { $0 == noise[0] } ? [noise[0]] : noise
        let n = noise.count
        let sinusoid = FloatBuffer(count: n * width)
        let half = width / 2
        for (s, level) in noise.enumerated() {
            for i in 0..<half {
                let angle = Double(level) * exp(-log(10_000.0) * Double(i) / Double(half))
                sinusoid.pointer[s * width + i] = Float(cos(angle))
                sinusoid.pointer[s * width + half + i] = Float(sin(angle))
            }
        }
        let isa = tb_isa_best()
        let hidden = FloatBuffer(count: n * width)
        let offset = FloatBuffer(count: n * 3 * width)
        pool.multiply(
            sinusoid.pointer, stride: width, rows: n, segments: n, by: linear1, into: (hidden.pointer, width))
        tb_silu(isa, hidden.pointer, hidden.pointer, hidden.count)
        pool.multiply(
            hidden.pointer, stride: width, rows: n, segments: n, by: linear2, into: (offset.pointer, 3 * width))
        tb_rms_norm(isa, sinusoid.pointer, gain, hidden.pointer, n, width)
        tb_silu(isa, hidden.pointer, hidden.pointer, hidden.count)
        return TimestepSignal(samples: n, activation: hidden, offset: offset)
    }
}

/// The AdaLN-LoRA of one layer: shift and scale, and for sub-layers a gate, from the timestep (spec §2.4, §2.9).
struct Modulation: Sendable {
    private let width: Int
    private let down, up: MatrixWeight

    init(_ weights: TensorLookup, _ prefix: String, width: Int) throws {
        self.width = width
        down = try weights.matrix("\(prefix)adaLN_modulation.1.weight")
        up = try weights.matrix("\(prefix)adaLN_modulation.2.weight")
    }

    /// Runs of `width` numbers: shift, scale and, for sub-layers, gate; [samples, 2 or 3 · width].
    func vectors(_ signal: TimestepSignal, pool: WorkerPool) -> ModulationVectors {
        let (rank, count) = (down.shape[0], up.shape[0])
        let low = FloatBuffer(count: signal.samples * rank)
        let out = FloatBuffer(count: signal.samples * count)
        pool.multiply(
            signal.activation.pointer, stride: width, rows: signal.samples, segments: signal.samples, by: down,
            into: (low.pointer, rank))
        pool.multiply(
            low.pointer, stride: rank, rows: signal.samples, segments: signal.samples, by: up,
            into: (out.pointer, count))
        for s in 0..<signal.samples {
            tb_add_gated(
                tb_isa_best(), out.pointer + s * count, count, signal.offset.pointer + s * 3 * width, 3 * width, nil, 1,
                count)
        }
        return ModulationVectors(width: width, stride: signal.samples == 1 ? 0 : count, values: out)
    }
}

struct ModulationVectors: Sendable {
    let width: Int
    /// From one sample to the next; 0 where all have the same.
    fileprivate let stride: Int
    fileprivate let values: FloatBuffer

    func shift(_ sample: Int) -> UnsafePointer<Float> { UnsafePointer(values.pointer + sample * stride) }
    func scale(_ sample: Int) -> UnsafePointer<Float> { shift(sample) + width }
    func gate(_ sample: Int) -> UnsafePointer<Float> { shift(sample) + 2 * width }
}
