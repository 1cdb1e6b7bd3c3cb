internal import CKernels
internal import Experiment
public import Tensors

/// The text encoder (spec §5): the encoder half of a T5 v1.0, computed in float32. Weights stay in their own element type.
///
/// Keys past the end of a prompt are never computed: with the attention mask they would count for nothing.
public struct T5Encoder: Sendable {
    public let configuration: TextConfiguration
    private let embedding: StoredTensor
    private let layers: [Layer]
    private let finalGain: [Float]
    private let bias: [Float]
    private let buckets: PositionBuckets

    struct Layer: Sendable {
        let q, k, v, o, wi, wo: StoredTensor
        let attentionGain, hiddenGain: [Float]
    }

    /// - Parameter weights: tensors by the names that `transformers` gives them; others are ignored.
    /// - Throws: `BenchError` that lists every tensor that is absent or of another shape.
    public init(_ configuration: TextConfiguration, weights: [String: StoredTensor]) throws {
        let c = configuration
        guard c.width > 0, c.layers > 0, c.heads > 0, c.headWidth > 0, c.hiddenWidth > 0, c.vocabulary > 1,
            c.tokens > 0, c.buckets >= 4, c.buckets % 4 == 0, c.maxDistance > c.buckets / 4
        else {
            throw BenchError(
                .unusableInput,
                "the text encoder's configuration has sizes that make no encoder (width \(c.width), layers \(c.layers), "
                    + "heads \(c.heads) x \(c.headWidth), hidden \(c.hiddenWidth), vocabulary \(c.vocabulary), tokens "
                    + "\(c.tokens), buckets \(c.buckets), largest distance \(c.maxDistance)); take config.json from the "
                    + "model's own files")
        }
        var problems: [String] = []
        func take(_ name: String, _ shape: [Int]) -> StoredTensor {
            guard let tensor = weights[name] else {
                problems.append("\(name) is absent")
                return StoredTensor(name: name, Tensor(shape: [0]))
            }
            if tensor.shape != shape { problems.append("\(name) has shape \(tensor.shape) instead of \(shape)") }
            return tensor
        }
        let inner = c.heads * c.headWidth
        let other = "encoder.embed_tokens.weight"
        embedding = take(
            weights["shared.weight"] == nil && weights[other] != nil ? other : "shared.weight", [c.vocabulary, c.width])
        let bias = take(
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", [c.buckets, c.heads])
        layers = (0..<c.layers).map { i in
            let (attention, dense) = ("encoder.block.\(i).layer.0", "encoder.block.\(i).layer.1")
            return Layer(
                q: take("\(attention).SelfAttention.q.weight", [inner, c.width]),
                k: take("\(attention).SelfAttention.k.weight", [inner, c.width]),
                v: take("\(attention).SelfAttention.v.weight", [inner, c.width]),
                o: take("\(attention).SelfAttention.o.weight", [c.width, inner]),
                wi: take("\(dense).DenseReluDense.wi.weight", [c.hiddenWidth, c.width]),
                wo: take("\(dense).DenseReluDense.wo.weight", [c.width, c.hiddenWidth]),
                attentionGain: take("\(attention).layer_norm.weight", [c.width]).floats(),
                hiddenGain: take("\(dense).layer_norm.weight", [c.width]).floats())
        }
        finalGain = take("encoder.final_layer_norm.weight", [c.width]).floats()
        guard problems.isEmpty else {
            throw BenchError(
                .unusableInput,
                "the text encoder's weights do not fit its configuration: \(problems.joined(separator: "; "))")
        }
        self.configuration = configuration
        self.bias = bias.floats()
        buckets = PositionBuckets(count: c.buckets, maxDistance: c.maxDistance)
    }

    /// The embedding of one prompt, [1, tokens, width]; rows past the prompt's end are exactly 0.
    /// - Parameter ids: the prompt's tokens without padding, as `SentencePiece.encode` gives them.
    /// - Throws: `BenchError` when there are too many tokens, one is not in the vocabulary, or the result is not finite.
    public func encode(ids: [Int32], pool: WorkerPool) throws -> Tensor {
        let c = configuration
        guard ids.count <= c.tokens else {
            throw BenchError(.usage, "a prompt of \(ids.count) tokens is longer than the \(c.tokens) that are encoded")
        }
        if let place = ids.firstIndex(where: { $0 < 0 || Int($0) >= c.vocabulary }) {
            throw BenchError(
                .unusableInput,
                "token \(place) of the prompt is \(ids[place]), which the text encoder's vocabulary of \(c.vocabulary) "
                    + "does not have; the tokenizer's model file belongs to another encoder")
        }
        var result = Tensor(shape: [1, c.tokens, c.width])
        let length = ids.count
        guard length > 0 else { return result }
        let x = FloatBuffer(count: length * c.width)
        for (row, id) in ids.enumerated() {
            embedding.widen(Int(id) * c.width..<(Int(id) + 1) * c.width, into: x.pointer + row * c.width)
        }
        let work = Workspace(length: length, c)
        let attention = T5Attention(
            length: length, heads: c.heads, width: c.headWidth,
            bias: (0..<c.heads).map { buckets.bias(bias, head: $0, heads: c.heads, length: length) })
        for layer in layers { run(layer, x, work, attention, pool) }
        normalise(x, finalGain, into: work.norm, pool)
        for i in 0..<length * c.width { result.values[i] = work.norm.pointer[i] }
        if let place = result.firstNonFinite {
            throw BenchError(
                .unusableInput,
                "the text encoder gave \(result.values[place]) for token \(place / c.width) of the prompt; check its "
                    + "weights with 'transferbench models inspect'")
        }
        return result
    }

    /// Memory that all layers use in turn.
    private struct Workspace: Sendable {
        let norm, q, k, v, hidden: FloatBuffer

        init(length: Int, _ c: TextConfiguration) {
            let inner = c.heads * c.headWidth
            norm = FloatBuffer(count: length * c.width)
            q = FloatBuffer(count: length * inner)
            k = FloatBuffer(count: length * inner)
            v = FloatBuffer(count: length * inner)
            hidden = FloatBuffer(count: length * max(c.hiddenWidth, inner))
        }
    }

    private func run(
        _ layer: Layer, _ x: FloatBuffer, _ work: Workspace, _ attention: T5Attention, _ pool: WorkerPool
    ) {
        normalise(x, layer.attentionGain, into: work.norm, pool)
        for (weight, out) in [(layer.q, work.q), (layer.k, work.k), (layer.v, work.v)] {
            project(work.norm, by: weight, into: out, pool)
        }
        attention.run(q: work.q, k: work.k, v: work.v, into: work.hidden, pool)
        add(work.hidden, by: layer.o, to: x, pool)
        normalise(x, layer.hiddenGain, into: work.norm, pool)
        project(work.norm, by: layer.wi, into: work.hidden, pool) { tile in
            tb_relu(tb_isa_best(), tile.pointer, tile.stride, tile.rows.count, tile.columns.count)
        }
        add(work.hidden, by: layer.wo, to: x, pool)
    }

    private func normalise(_ x: FloatBuffer, _ gain: [Float], into out: FloatBuffer, _ pool: WorkerPool) {
        let width = gain.count
        pool.runRanges(x.count / width, grain: 64) { rows in
            let start = rows.lowerBound * width
            gain.withUnsafeBufferPointer {
                tb_rms_norm(
                    tb_isa_best(), x.pointer + start, $0.baseAddress!, out.pointer + start, rows.count, width)
            }
        }
    }

    /// `out = a · weightᵀ`, rows as many as `out` has of the weight's.
    private func project(
        _ a: FloatBuffer, by weight: StoredTensor, into out: FloatBuffer, _ pool: WorkerPool,
        finish: (@Sendable (MatrixTile) -> Void)? = nil
    ) {
        let (n, k) = (weight.shape[0], weight.shape[1])
        withExtendedLifetime((a, out)) {
            pool.multiply(
                a.pointer, stride: k, rows: a.count / k, by: MatrixWeight(weight, packedOnce: false),
                into: (out.pointer, n), finish: finish)
        }
    }

    /// `x += a · weightᵀ`
    private func add(_ a: FloatBuffer, by weight: StoredTensor, to x: FloatBuffer, _ pool: WorkerPool) {
        let (n, k) = (weight.shape[0], weight.shape[1])
        let weight = MatrixWeight(weight, packedOnce: false)
        pool.multiply(a.pointer, stride: k, rows: x.count / n, by: weight, into: nil) { tile in
            tb_add_gated(
                tb_isa_best(), x.pointer + tile.rows.lowerBound * n + tile.columns.lowerBound, n, tile.pointer,
                tile.stride, nil, tile.rows.count, tile.columns.count)
        }
        withExtendedLifetime(a) {}
    }
}
