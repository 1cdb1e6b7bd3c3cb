/// One key of a section of `config.json`: where its value goes and what it may be.
struct ConfigurationField<Section> {
    let key: String
    let kind: Kind

    enum Kind {
        case integer(WritableKeyPath<Section, Int>, ClosedRange<Int>)
        /// Above the bound, or at least the bound.
        case number(WritableKeyPath<Section, Double>, NumberBound)
        case boolean(WritableKeyPath<Section, Bool>)
        /// The first may be bound to one value.
        case integers(WritableKeyPath<Section, [Int]>, count: ClosedRange<Int>, ClosedRange<Int>, first: Int? = nil)
        case names(WritableKeyPath<Section, [String]>, known: [String])
        /// Rows of one length.
        case matrix(WritableKeyPath<Section, [[Float]]>)
    }

    init(_ key: String, _ kind: Kind) {
        self.key = key
        self.kind = kind
    }
}

enum NumberBound: Equatable {
    case above(Double)
    case atLeast(Double)

    func admits(_ value: Double) -> Bool {
        switch self {
        case .above(let bound): value > bound
        case .atLeast(let bound): value >= bound
        }
    }

    var words: String {
        switch self {
        case .above(let bound): "above \(bound)"
        case .atLeast(let bound): "at least \(bound)"
        }
    }
}

// The keys of `config.json` (spec §9.1). Bounds keep every size that follows from them inside an Int.

extension TransformerConfiguration {
    static var fields: [ConfigurationField<Self>] {
        [
            .init("D", .integer(\.width, 2...65_536)),
            .init("heads", .integer(\.heads, 1...4096)),
            .init("blocks", .integer(\.blocks, 1...1024)),
            .init("mlp_ratio", .integer(\.mlpRatio, 1...64)),
            .init("lora_rank", .integer(\.loraRank, 1...65_536)),
            .init("text_dim", .integer(\.textWidth, 1...65_536)),
            .init("latent_channels", .integer(\.latentChannels, 1...4096)),
            .init("cond_mask", .boolean(\.hasConditionMask)),
            .init("patch", .integers(\.patch, count: 3...3, 1...16, first: 1)),
            .init("max_hw", .integers(\.maxSize, count: 2...2, 1...65_536)),
            .init("max_t", .integer(\.maxFrames, 1...65_536)),
            .init("rope_ratio_t", .number(\.ropeRatio.t, .above(0))),
            .init("rope_ratio_h", .number(\.ropeRatio.h, .above(0))),
            .init("rope_ratio_w", .number(\.ropeRatio.w, .above(0))),
            .init("base_fps", .number(\.baseFPS, .above(0))),
        ]
    }
}

extension ControlConfiguration {
    /// The controls that a specification may name (spec §7.3).
    public static let knownNames = ControlKind.allCases.map(\.rawValue)

    static var fields: [ConfigurationField<Self>] {
        [
            .init("blocks", .integer(\.blocks, 1...1024)),
            .init("hint_channels", .integer(\.hintChannels, 1...4096)),
            .init("hint_widths", .integers(\.hintWidths, count: 7...7, 1...65_536)),
            .init("rope_ratio_t", .number(\.ropeRatio.t, .above(0))),
            .init("rope_ratio_h", .number(\.ropeRatio.h, .above(0))),
            .init("rope_ratio_w", .number(\.ropeRatio.w, .above(0))),
            .init("names", .names(\.names, known: knownNames)),
        ]
    }
}

extension TokenizerConfiguration {
    static var fields: [ConfigurationField<Self>] {
        [
            .init("channels", .integer(\.channels, 1...4096)),
            .init("multipliers", .integers(\.multipliers, count: 1...8, 1...64)),
            .init("patch", .integer(\.patch, 1...16)),
            .init("res_blocks", .integer(\.resBlocks, 1...64)),
            .init("latent_channels", .integer(\.latentChannels, 1...4096)),
            .init("z_channels", .integer(\.zChannels, 1...4096)),
            .init("spatial_compression", .integer(\.spatialCompression, 1...64)),
            .init("temporal_compression", .integer(\.temporalCompression, 1...64)),
            .init("mean", .matrix(\.mean)),
            .init("std", .matrix(\.std)),
        ]
    }
}

extension TextConfiguration {
    static var fields: [ConfigurationField<Self>] {
        [
            .init("d_model", .integer(\.width, 1...65_536)),
            .init("layers", .integer(\.layers, 1...1024)),
            .init("heads", .integer(\.heads, 1...4096)),
            .init("d_kv", .integer(\.headWidth, 1...4096)),
            .init("d_ff", .integer(\.hiddenWidth, 1...1_048_576)),
            .init("vocab", .integer(\.vocabulary, 2...4_194_304)),
            .init("tokens", .integer(\.tokens, 1...65_536)),
            .init("buckets", .integer(\.buckets, 4...65_536)),
            .init("max_distance", .integer(\.maxDistance, 2...1_048_576)),
        ]
    }
}

extension SamplerConfiguration {
    static var fields: [ConfigurationField<Self>] {
        [
            .init("n", .integer(\.steps, 1...100_000)),
            .init("rho", .number(\.rho, .above(0))),
            .init("sigma_min", .number(\.sigmaMin, .above(0))),
            .init("sigma_max", .number(\.sigmaMax, .above(0))),
            .init("sigma_data", .number(\.sigmaData, .above(0))),
            .init("guidance", .number(\.guidance, .atLeast(0))),
        ]
    }
}

extension ClipConfiguration {
    static var fields: [ConfigurationField<Self>] {
        [
            .init("frames", .integer(\.frames, 1...1_000_000)),
            .init("h", .integer(\.height, 1...65_536)),
            .init("w", .integer(\.width, 1...65_536)),
            .init("fps", .number(\.fps, .above(0))),
        ]
    }
}
