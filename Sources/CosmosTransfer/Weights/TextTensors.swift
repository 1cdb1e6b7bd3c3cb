extension TextConfiguration {
    /// Every tensor of the text encoder, in the names of the `transformers` package (spec §5).
    public func tensors() -> [String: [Int]] {
        let inner = heads * headWidth
        var tensors: [String: [Int]] = [
            "shared.weight": [vocabulary, width],
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": [buckets, heads],
            "encoder.final_layer_norm.weight": [width],
        ]
        for layer in 0..<layers {
            let block = "encoder.block.\(layer).layer"
            for projection in ["q", "k", "v"] {
                tensors["\(block).0.SelfAttention.\(projection).weight"] = [inner, width]
            }
            tensors["\(block).0.SelfAttention.o.weight"] = [width, inner]
            tensors["\(block).0.layer_norm.weight"] = [width]
            tensors["\(block).1.DenseReluDense.wi.weight"] = [hiddenWidth, width]
            tensors["\(block).1.DenseReluDense.wo.weight"] = [width, hiddenWidth]
            tensors["\(block).1.layer_norm.weight"] = [width]
        }
        return tensors
    }
}
