internal import Experiment
public import Tensors

/// How strongly a control acts, as a user gives it (spec §1.5).
public enum ControlWeight: Sendable {
    /// The same everywhere. `quoted`: the number was written as text; see `WeightParity.zeroBesideMapIsOne`.
    case scalar(Double, quoted: Bool = false)
    /// A number for every pixel: [H, W], or [T, H, W]; any size and element type.
    case map(StoredTensor)

    /// A map in memory.
    public static func map(_ tensor: Tensor) -> ControlWeight { .map(StoredTensor(name: "weight", tensor)) }

    /// The map that a file holds.
    /// - Parameter tensors: all tensors of the file.
    /// - Throws: `BenchError` unless there is exactly one.
    public static func map(
        in tensors: [String: StoredTensor], file: String, control: String
    ) throws -> ControlWeight {
        guard tensors.count == 1, let map = tensors.values.first else {
            throw BenchError(
                .unusableInput,
                "\(file) holds \(tensors.count) tensors; the weight map of control '\(control)' must be a single one, as "
                    + "torch.save(map, path) writes it")
        }
        return .map(map)
    }

    /// - Throws: `BenchError` naming the control, when the weight is of the wrong rank, empty, negative or not finite.
    func check(control: String, allowingNegative: Bool = false) throws {
        switch self {
        case .scalar(let value, _):
            guard value >= 0, Float(value).isFinite else {
                throw BenchError(
                    .usage, "the weight of control '\(control)' is \(value); it must be a finite number, 0 or more")
            }
        case .map(let map):
            guard map.shape.count == 2 || map.shape.count == 3 else {
                throw BenchError(
                    .unusableInput,
                    "the weight map of control '\(control)' has shape \(map.shape); it must be 2D or 3D: [H, W] or "
                        + "[T, H, W]")
            }
            try Self.check(map, control: control, allowingNegative: allowingNegative)
        }
    }

    /// The numbers of a stored weight; what is wrong is named with its place.
    static func check(_ map: StoredTensor, control: String, allowingNegative: Bool = false) throws {
        guard map.count > 0 else {
            throw BenchError(.unusableInput, "the weight map of control '\(control)' is empty (shape \(map.shape))")
        }
        let buffer = FloatBuffer(count: min(map.count, 1 << 16))
        for start in stride(from: 0, to: map.count, by: buffer.count) {
            let range = start..<min(map.count, start + buffer.count)
            map.widen(range, into: buffer.pointer)
            func isUsable(_ value: Float) -> Bool { value.isFinite && (value >= 0 || allowingNegative) }
            guard let bad = (0..<range.count).first(where: { !isUsable(buffer.pointer[$0]) }) else { continue }
            var (rest, place) = (start + bad, [Int]())
            for size in map.shape.reversed() {
                place.insert(rest % size, at: 0)
                rest /= size
            }
            throw BenchError(
                .unusableInput,
                "the weight\(map.count > 1 ? " map" : "") of control '\(control)' holds \(buffer.pointer[bad])"
                    + "\(place.isEmpty ? "" : " at \(place)"); weights must be finite numbers, 0 or more")
        }
    }
}

/// Where the official pipeline treats weights in a way that few would expect; off unless asked for.
public struct WeightParity: Sendable, Equatable {
    /// A number 0 beside any map acts as 1, as it does in the official pipeline (unless it was written as text). Here
    /// someone who writes 0 to switch a control off gets what was written.
    public var zeroBesideMapIsOne = false
    /// Maps are stretched over the first clip, and later clips get their last frame. Here they are stretched over the
    /// whole video.
    public var mapsSpanOneClip = false
    /// What a resized map has below 0 is taken as 0. Here a map that holds a negative number is an error.
    public var negativeIsZero = false

    public init(zeroBesideMapIsOne: Bool = false, mapsSpanOneClip: Bool = false, negativeIsZero: Bool = false) {
        self.zeroBesideMapIsOne = zeroBesideMapIsOne
        self.mapsSpanOneClip = mapsSpanOneClip
        self.negativeIsZero = negativeIsZero
    }

    /// Everything as the official pipeline does it.
    public static let official = WeightParity(
        zeroBesideMapIsOne: true, mapsSpanOneClip: true, negativeIsZero: true)
}
