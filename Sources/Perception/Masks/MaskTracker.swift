internal import Experiment
internal import Video

/// How masks get from the first frame to the others.
public enum Propagation: String, Sendable, Codable {
    /// By SAM2's memory, as its video predictor does.
    case memory
    /// Every frame is prompted with the mask of the frame before: what is left when the memory's parts are not exported.
    case perFrame = "per-frame"
}

/// One object, carried from frame to frame.
struct MaskTracker: Sendable {
    private enum State: Sendable {
        case memory(MaskMemory)
        /// The last mask that was not empty, as prompts for the next frame.
        case prompts(map: LogitMap, box: Box)
    }

    private var state: State
    /// The mask on the frame that was seen last; nil where the object is not in it.
    private(set) var mask: LogitMap?

    /// Logits of an object that is not there, as the reference writes them.
    private static let absent: Float = -1024

    /// Begins with the mask that a box gave on the first frame.
    init(box mask: LogitMap, in features: PromptedSegmenter.Features) {
        self.mask = mask
        state = .prompts(map: mask, box: mask.box(in: features.size) ?? Box(x0: 0, y0: 0, x1: 0, y1: 0))
    }

    /// Begins with points on the first frame, and remembers what they give.
    /// - Parameter frames: of the whole video, up to the number of pointers that are remembered.
    init(
        points: [PromptedSegmenter.Point], in features: PromptedSegmenter.Features, segmenter: PromptedSegmenter,
        frames: Int
    ) throws(BenchError) {
        let answer = try segmenter.answer(points, in: features)
        let chosen = points.count > 1 ? answer.single(segmenter.rules.stability) : answer.several()
        var map = MaskTracker.present(chosen.mask, answer.presence)
        map.fillGaps(ofAtMost: segmenter.rules.fillGaps)
        let memory = try segmenter.remembered(map, presence: answer.presence, isPrompted: true, of: features)
        mask = map
        state = .memory(
            MaskMemory(prompted: memory, pointer: try answer.pointer(chosen.pointer, segmenter), frames: frames))
    }

    /// Goes on to the next frame.
    mutating func advance(
        to frame: Int, features: PromptedSegmenter.Features, segmenter: PromptedSegmenter
    ) throws(BenchError) {
        switch state {
        case .memory(var memory):
            let embedding = try segmenter.conditioned(features, on: memory, frame: frame)
            let answer = try segmenter.answer([], embedding: embedding, in: features)
            let chosen = answer.several()
            var map = MaskTracker.present(chosen.mask, answer.presence)
            let remembered = try segmenter.remembered(
                map, presence: answer.presence, isPrompted: false, of: features)
            memory.add(
                remembered, pointer: try answer.pointer(chosen.pointer, segmenter), frame: frame,
                rules: segmenter.rules)
            map.fillGaps(ofAtMost: segmenter.rules.fillGaps)
            mask = map
            state = .memory(memory)
        case .prompts(let map, let box):
            let points = segmenter.points(of: box, in: features)
            let answer = try segmenter.answer(points, mask: map, in: features)
            let next = MaskTracker.present(answer.single(segmenter.rules.stability).mask, answer.presence)
            mask = nil
            // An object that is not seen is looked for again where it was seen last.
            guard let box = next.box(in: features.size) else { return }
            mask = next
            state = .prompts(map: next, box: box)
        }
    }

    private static func present(_ map: LogitMap, _ presence: Float?) -> LogitMap {
        guard let presence, !(presence > 0) else { return map }
        return LogitMap(
            width: map.width, height: map.height, values: Array(repeating: absent, count: map.values.count))
    }
}

extension MaskAnswer {
    fileprivate func pointer(_ index: Int, _ segmenter: PromptedSegmenter) throws(BenchError) -> [Float] {
        guard pointers.indices.contains(index) else {
            throw segmenter.folder.wrong("the decoder's object_pointers are not one for each mask")
        }
        return pointers[index]
    }
}

extension LogitMap {
    /// The smallest box around the mask in a frame's pixels; nil for an empty one.
    fileprivate func box(in size: FrameSize) -> Box? {
        var (left, right, top, bottom) = (width, -1, height, -1)
        for y in 0..<height {
            for x in 0..<width where values[y * width + x] > 0 {
                (left, right) = (min(left, x), max(right, x))
                (top, bottom) = (min(top, y), max(bottom, y))
            }
        }
        guard right >= 0 else { return nil }
        let (across, down) = (Float(size.width) / Float(width), Float(size.height) / Float(height))
        return Box(
            x0: Float(left) * across, y0: Float(top) * down, x1: Float(right + 1) * across,
            y1: Float(bottom + 1) * down)
    }
}
