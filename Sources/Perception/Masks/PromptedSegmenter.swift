public import Experiment
internal import Tensors
internal import Video

/// SAM2: masks for boxes and points, frame by frame or carried through a video by its memory.
///
/// The folder holds these ONNX parts, all of batch 1; S is the picture's side, h x w the coarsest features, s the side of
/// masks (256 for the published sizes), C and M the channels of features and memories (256 and 64):
///
/// - `encoder`: the picture (by the card) -> `high_res_feats_0`, `high_res_feats_1`, `image_embed` (the coarsest
///   features, the "no memory" vector added, as all image exports give them), and for tracking `pix_feat` (1 x C x h x w,
///   the same without it).
/// - `decoder`: `image_embed`, `high_res_feats_0`, `high_res_feats_1`, `point_coords` (1 x points x 2, in the picture's
///   pixels), `point_labels` (1 x points: 1 object, 0 not, 2 and 3 a box's corners, -1 no point), `mask_input`
///   (1 x 1 x s x s, logits), `has_mask_input` (1) -> `masks` (1 x n x s x s, logits; n is 1, 3 or 4),
///   `iou_predictions` (1 x n), and for tracking, with n = 4: `object_score` (1 x 1, logit) and `object_pointers`
///   (1 x n x C, already the "no object" vector where the score is not above 0).
/// - `memory-attention` (optional): `pix_feat`, `memory` (k x M x h x w), `memory_offsets` (k, int64: 0 for the prompted
///   frame, else frames back), `pointers` (p x C), `pointer_offsets` (p: frames back over the most there can be) ->
///   `image_embed`.
/// - `memory-encoder` (optional): `pix_feat`, `mask_for_mem` (1 x 1 x S x S, between the memory's two bounds),
///   `object_score` -> `memory` (1 x M x h x w).
///
/// Names in quotes are the tensors' names; the card's `outputs` may map any output to another name. Inputs that a part
/// does not have are not given. `Fixtures/references/perception/sam2_export.py` writes all four parts.
public struct PromptedSegmenter: Sendable {
    public let folder: NetworkFolder
    public var rules: TrackingRules
    private let input: PictureInput
    private let encoder: NetworkSession
    private let decoder: NetworkSession
    private let memory: (attention: NetworkSession, encoder: NetworkSession)?

    /// - Throws: `BenchError` 65, when a part is unusable or only one of the memory's two parts is there.
    public init(
        _ folder: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int
    ) throws(BenchError) {
        try folder.expect(.promptedSegmentation)
        guard let input = folder.card.input else { throw folder.wrong("'input' is missing; say how frames go in") }
        func open(_ role: String) throws(BenchError) -> NetworkSession {
            try runtime.session(model: try folder.file(role), device: device, threads: threads)
        }
        self.folder = folder
        self.input = input
        rules = TrackingRules(settings: folder.card.settings)
        encoder = try open("encoder")
        decoder = try open("decoder")
        let roles = Set(folder.card.files.map(\.role)).intersection(["memory-attention", "memory-encoder"])
        guard roles.count != 1 else {
            throw folder.wrong(
                "has \(roles.joined()) without its other half; tracking needs memory-attention and memory-encoder")
        }
        memory = roles.isEmpty ? nil : (try open("memory-attention"), try open("memory-encoder"))
    }

    public var device: Device { encoder.device }
    /// Whether masks can be carried through a video by the network's memory.
    public var hasMemory: Bool { memory != nil }

    /// What the encoder sees in one frame; prompts are answered from it.
    struct Features: Sendable {
        /// Of the frame.
        let size: FrameSize
        /// Of the picture that the network saw.
        let picture: FrameSize
        let embedding: NetworkTensor
        let fine: NetworkTensor
        let finest: NetworkTensor
        let plain: NetworkTensor?
    }

    /// A point of a prompt, in the picture's pixels.
    struct Point: Sendable, Equatable {
        var x, y: Float
        /// 1 object, 0 not, 2 and 3 a box's corners, -1 no point.
        var label: Int
    }

    func features(of frame: Frame) throws(BenchError) -> Features {
        let pixels = try input.tensor(of: frame)
        var names = [name("image_embed"), name("high_res_feats_0"), name("high_res_feats_1")]
        if hasMemory { names.append(name("pix_feat")) }
        let found = try encoder.run([input.name: pixels], outputs: names)
        guard found.allSatisfy({ $0.shape.count == 4 && $0.count > 0 }) else {
            throw folder.wrong("the encoder gives something else than 1 x channels x rows x columns")
        }
        return Features(
            size: frame.size, picture: FrameSize(width: pixels.shape[3], height: pixels.shape[2]), embedding: found[0],
            fine: found[2], finest: found[1], plain: hasMemory ? found[3] : nil)
    }

    /// Points of a frame in the picture's pixels.
    func points(_ places: [(x: Float, y: Float, label: Int)], in features: Features) -> [Point] {
        let across = Float(features.picture.width) / Float(features.size.width)
        let down = Float(features.picture.height) / Float(features.size.height)
        return places.map { Point(x: $0.x * across, y: $0.y * down, label: $0.label) }
    }

    func points(of box: Box, in features: Features) -> [Point] {
        points([(box.x0, box.y0, 2), (box.x1, box.y1, 3)], in: features)
    }

    /// - Parameters:
    ///   - points: none for a frame that is tracked.
    ///   - mask: an earlier answer's map, which narrows this one down.
    ///   - embedding: the coarsest features; those of the frame alone unless given.
    func answer(
        _ points: [Point], mask: LogitMap? = nil, embedding: NetworkTensor? = nil, in features: Features
    ) throws(BenchError) -> MaskAnswer {
        let points = points.isEmpty ? [Point(x: 0, y: 0, label: -1)] : points
        var tensors = [
            "image_embed": embedding ?? features.embedding, "high_res_feats_0": features.finest,
            "high_res_feats_1": features.fine,
            "point_coords": NetworkTensor(shape: [1, points.count, 2], points.flatMap { [$0.x, $0.y] }),
        ]
        for port in decoder.inputs {
            switch port.name {
            case "point_labels":
                let labels = points.map(\.label)
                tensors[port.name] = NetworkTensor(shape: [1, points.count], integers: labels, as: port.element)
            case "mask_input":
                guard port.shape.count == 4 else { throw folder.wrong("the decoder's mask_input is not 1 x 1 x s x s") }
                let width = port.shape[3] ?? features.picture.width / 4
                let height = port.shape[2] ?? features.picture.height / 4
                let map = mask?.resized(to: FrameSize(width: width, height: height)).values
                tensors[port.name] = NetworkTensor(
                    shape: [1, 1, height, width], map ?? [Float](repeating: 0, count: height * width))
            case "has_mask_input":
                tensors[port.name] = NetworkTensor(shape: [1], integers: [mask == nil ? 0 : 1], as: port.element)
            case "orig_im_size":
                let sides = [features.picture.height, features.picture.width]
                tensors[port.name] = NetworkTensor(shape: [2], integers: sides, as: port.element)
            default: break
            }
        }
        var names = [name("masks"), name("iou_predictions")]
        let tracks = decoder.outputs.contains { $0.name == name("object_score") }
        if tracks { names.append(name("object_score")) }
        if hasMemory { names.append(name("object_pointers")) }
        let found = try decoder.run(tensors, outputs: names)
        let shape = found[0].shape
        guard shape.count == 4, shape[0] == 1, found[0].count > 0, found[1].count == shape[1] else {
            throw folder.wrong(
                "the decoder gives masks of \(shape), not 1 x n x rows x columns, or not one quality each")
        }
        let (values, pixels) = (found[0].floats, shape[2] * shape[3])
        var answer = MaskAnswer(
            masks: (0..<shape[1]).map {
                LogitMap(width: shape[3], height: shape[2], values: Array(values[$0 * pixels..<($0 + 1) * pixels]))
            }, quality: found[1].floats, presence: tracks ? found[2].floats.first : nil, pointers: [])
        if hasMemory, let last = found.last, last.count % shape[1] == 0 {
            let (pointers, width) = (last.floats, last.count / shape[1])
            answer.pointers = (0..<shape[1]).map { Array(pointers[$0 * width..<($0 + 1) * width]) }
        }
        return answer
    }

    /// The coarsest features of a frame, conditioned on what is remembered of an object.
    func conditioned(_ features: Features, on memory: MaskMemory, frame: Int) throws(BenchError) -> NetworkTensor {
        guard let attention = self.memory?.attention, let plain = features.plain else { return features.embedding }
        var tensors = memory.inputs(at: frame, like: plain.shape, rules: rules)
        tensors["pix_feat"] = plain
        // A network without times for its pointers may be exported without that input.
        let taken = Set(attention.inputs.map(\.name))
        tensors = tensors.filter { taken.contains($0.key) }
        return try attention.run(tensors, outputs: [folder.card.outputs["memory-attention"] ?? "image_embed"])[0]
    }

    /// What is to be remembered of a mask: M x h x w numbers.
    /// - Parameter isPrompted: whether points made it; then it is remembered as it is seen, without shades.
    func remembered(
        _ map: LogitMap, presence: Float?, isPrompted: Bool, of features: Features
    ) throws(BenchError) -> NetworkTensor {
        guard let encoder = memory?.encoder, let plain = features.plain else { throw folder.wrong("has no memory") }
        var large = map.resized(to: features.picture)
        let (scale, bias) = (rules.memoryScale, rules.memoryBias)
        for index in large.values.indices {
            let value = large.values[index]
            large.values[index] = (isPrompted ? (value > 0 ? 1 : 0) : 1 / (1 + exponential(-value))) * scale + bias
        }
        var tensors = [
            "pix_feat": plain, "mask_for_mem": NetworkTensor(shape: [1, 1, large.height, large.width], large.values),
        ]
        if encoder.inputs.contains(where: { $0.name == "object_score" }) {
            tensors["object_score"] = NetworkTensor(shape: [1, 1], [presence ?? 1])
        }
        return try encoder.run(tensors, outputs: [name("memory")])[0]
    }

    private func name(_ output: String) -> String { folder.card.outputs[output] ?? output }
}
