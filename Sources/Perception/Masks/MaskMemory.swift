/// What is remembered of one object: the prompted frame for good, and the frames just before this one.
///
/// Memories are kept as bfloat16, as the reference keeps them; that halves what they cost and is part of its numbers.
struct MaskMemory: Sendable {
    private struct Moment: Sendable {
        let frame: Int
        let memory: [UInt16]
        let pointer: [Float]
    }

    private let channels: Int
    private let prompted: Moment
    private var recent: [Moment] = []
    /// Frames that the video has, as far as that matters: no more than the pointers.
    private let frames: Int

    /// - Parameter frames: of the whole video, up to the number of pointers that are remembered.
    init(prompted memory: NetworkTensor, pointer: [Float], frames: Int) {
        channels = memory.shape.count > 1 ? memory.shape[1] : 0
        prompted = Moment(frame: 0, memory: memory.floats.map(halved), pointer: pointer)
        self.frames = frames
    }

    mutating func add(_ memory: NetworkTensor, pointer: [Float], frame: Int, rules: TrackingRules) {
        let last = frame - max(rules.pointers, rules.memoryFrames) + 1
        recent = recent.filter { $0.frame > last }.map { moment in
            // Pointers are remembered longer than memories, which are large.
            moment.frame > frame - rules.memoryFrames + 1
                ? moment : Moment(frame: moment.frame, memory: [], pointer: moment.pointer)
        }
        recent.append(Moment(frame: frame, memory: memory.floats.map(halved), pointer: pointer))
    }

    /// The inputs of the memory attention at a frame: the prompted frame first, then memories from the oldest, and pointers
    /// from the newest.
    /// - Parameter shape: 1 x channels x rows x columns of the features.
    func inputs(at frame: Int, like shape: [Int], rules: TrackingRules) -> [String: NetworkTensor] {
        let remembered = recent.filter { !$0.memory.isEmpty && frame - $0.frame < rules.memoryFrames }
        let pointed = recent.reversed().filter { frame - $0.frame < min(frames, rules.pointers) }
        let most = Float(max(1, min(frames, rules.pointers) - 1))
        let moments = [prompted] + remembered
        let pointers = [prompted] + pointed
        return [
            "memory": NetworkTensor(
                shape: [moments.count, channels, shape[2], shape[3]], moments.flatMap { $0.memory.map(widened) }),
            "memory_offsets": NetworkTensor(
                shape: [moments.count], .int64([0] + remembered.map { Int64(frame - $0.frame) })),
            "pointers": NetworkTensor(shape: [pointers.count, prompted.pointer.count], pointers.flatMap(\.pointer)),
            "pointer_offsets": NetworkTensor(shape: [pointers.count], pointers.map { Float(frame - $0.frame) / most }),
        ]
    }
}

/// The bits of the nearest bfloat16, ties to even.
private func halved(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
}

private func widened(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
