public import Experiment
internal import Foundation
public import Tensors

/// Random weights of a configuration, written as a weights folder: to run a model's true shapes without its weights.
///
/// A number depends on the seed, its tensor's name and its place alone, so any number of threads writes the same bytes. Nothing
/// is held in memory but the pieces being written.
public struct RandomWeights: Sendable {
    public let seed: UInt64
    public let element: ElementType

    /// - Parameter element: float32 or bfloat16.
    public init(seed: UInt64, element: ElementType) {
        precondition(element == .float32 || element == .bfloat16)
        self.seed = seed
        self.element = element
    }

    /// Files of a folder with every part that the configuration names, each with its tensors.
    public static func files(of configuration: ModelConfiguration) -> [(name: String, tensors: [String: [Int]])] {
        var files: [(name: String, tensors: [String: [Int]])] = []
        if let dit = configuration.dit {
            files.append(("base_model.safetensors", dit.baseTensors()))
            if let ctrl = configuration.ctrl {
                files += ctrl.names.map { ("\($0)_control.safetensors", dit.controlTensors(ctrl)) }
            }
        }
        if let tokenizer = configuration.tokenizer {
            files.append(
                ("tokenizer.safetensors", tokenizer.encoderTensors().merging(tokenizer.decoderTensors()) { $1 }))
        }
        if let text = configuration.text { files.append(("text_encoder.safetensors", text.tensors())) }
        return files
    }

    /// Writes one file. Its name takes part in the numbers: two branches differ.
    /// - Throws: `BenchError` 65 when the system refuses.
    public func write(_ tensors: [String: [Int]], to path: String, pool: WorkerPool) throws(BenchError) {
        let file = URL(fileURLWithPath: path).lastPathComponent
        let entries = tensors.map { SafetensorsWriter.Entry(name: $0.key, element: element, shape: $0.value) }
        do throws(FileError) {
            try SafetensorsWriter.write(entries, to: path, pool: pool) { entry, range, bytes in
                let numbers = CountedNumbers(key: hash(file + "/" + entry.name), Spread(of: entry.name, entry.shape))
                if element == .float32 {
                    numbers.fill(range, bytes.bindMemory(to: Float.self)) { $0 }
                } else {
                    numbers.fill(range, bytes.bindMemory(to: UInt16.self), bfloat16)
                }
            }
        } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
    }

    /// FNV-1a of the name, mixed with the seed.
    private func hash(_ name: String) -> UInt64 {
        mixed(name.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ mixed(seed)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}

/// Where the numbers of a tensor lie: uniform within `width` of `centre`.
struct Spread: Equatable {
    let centre: Float
    let width: Float

    init(of name: String, _ shape: [Int]) {
        let inputs = Float(max(1, shape.dropFirst().reduce(1, *)))
        let linear = 0.5 * (3 / inputs).squareRoot()
        let isGain = shape.count == 1 && name.hasSuffix(".weight")
        switch name {
        case _ where isGain: (centre, width) = (1, 0.1)
        case _ where name.hasSuffix(".bias"): (centre, width) = (0, 0.02)
        case _ where name.contains("pos_emb_"): (centre, width) = (0, 0.02 * Float(3).squareRoot())
        case _ where name.hasPrefix("zero_blocks."): (centre, width) = (0, 0.1 * linear)
        case _ where name.contains("relative_attention_bias"): (centre, width) = (0, 0.5)
        case "shared.weight": (centre, width) = (0, 1)
        default: (centre, width) = (0, linear)
        }
    }
}

/// Numbers that are a hash of their place: four a hash, of 16 bits each.
private struct CountedNumbers {
    let key: UInt64
    let centre: Float
    let step: Float

    init(key: UInt64, _ spread: Spread) {
        self.key = key
        centre = spread.centre
        step = spread.width / 32_768
    }

    /// Writes numbers `range` through `convert`, which takes four at a time.
    @inline(__always)
    func fill<T>(_ range: Range<Int>, _ out: UnsafeMutableBufferPointer<T>, _ convert: (SIMD4<Float>) -> SIMD4<T>)
    where T: SIMDScalar {
        guard let base = out.baseAddress, !range.isEmpty else { return }
        for block in range.lowerBound >> 2...(range.upperBound - 1) >> 2 {
            let numbers = convert(self[block: block])
            let place = block << 2 - range.lowerBound
            if place >= 0, place + 4 <= range.count {
                UnsafeMutableRawPointer(base + place).storeBytes(of: numbers, as: SIMD4<T>.self)
            } else {  // the ends of a range need not fall between blocks
                for lane in max(0, -place)..<min(4, range.count - place) { base[place + lane] = numbers[lane] }
            }
        }
    }

    /// Numbers 4·block to 4·block + 3.
    @inline(__always)
    private subscript(block block: Int) -> SIMD4<Float> {
        let bits = mixed(key &+ UInt64(block) &* 0x9e37_79b9_7f4a_7c15)
        let levels = unsafeBitCast(bits, to: SIMD4<UInt16>.self)
        let signed = SIMD4<Int32>(truncatingIfNeeded: levels) &- 32_768
        return SIMD4(repeating: centre) + step * (SIMD4<Float>(signed) + 0.5)
    }
}

/// SplitMix64's finisher.
@inline(__always)
private func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}

/// The nearest bfloat16, ties to even; the values are finite.
@inline(__always)
private func bfloat16(_ values: SIMD4<Float>) -> SIMD4<UInt16> {
    let bits = unsafeBitCast(values, to: SIMD4<UInt32>.self)
    let rounded = bits &+ 0x7fff &+ (bits &>> 16 & 1)
    return SIMD4<UInt16>(truncatingIfNeeded: rounded &>> 16)
}
