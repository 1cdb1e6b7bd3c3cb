public import Experiment
internal import Tensors

extension ModelConfiguration {
    /// The sections of `config.json`.
    static let sections = ["dit", "ctrl", "tokenizer", "text", "sampler", "clip"]

    /// Reads a `config.json` (spec §9.1; `Fixtures/config.schema.json`). A section that is absent stays nil, or is the
    /// published sampler and clip; a key that is absent has the 7B model's value. Without `mean` and `std`, latents of 16
    /// channels have the published statistics.
    /// - Throws: `BenchError` 65 naming file and key for anything that is not of the schema or does not fit together.
    public init(path: String) throws(BenchError) { try self.init(path: path, publishedStatistics: true) }

    init(path: String, publishedStatistics: Bool) throws(BenchError) {
        let document: JSON
        do throws(FileError) { document = try JSON(path: path, limit: 1 << 24) } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
        let reader = try ConfigurationReader(document, file: path)
        try reader.checkSections(Self.sections)
        self.init(
            dit: try reader.section("dit", TransformerConfiguration.fields, over: TransformerConfiguration()),
            ctrl: try reader.section("ctrl", ControlConfiguration.fields, over: ControlConfiguration()),
            tokenizer: try reader.section("tokenizer", TokenizerConfiguration.fields, over: TokenizerConfiguration()),
            text: try reader.section("text", TextConfiguration.fields, over: TextConfiguration()),
            sampler: try reader.section("sampler", SamplerConfiguration.fields, over: SamplerConfiguration())
                ?? SamplerConfiguration(),
            clip: try reader.section("clip", ClipConfiguration.fields, over: ClipConfiguration()) ?? ClipConfiguration()
        )
        let hasClip = document["clip"] != nil
        if let (path, what) = inconsistency(hasClip: hasClip) { throw reader.fault(path, what) }
        if publishedStatistics { try tokenizer?.usePublishedStatistics(file: path) }
    }

    /// The first key that contradicts another, and how; nil when all fit together.
    private func inconsistency(hasClip: Bool) -> (path: String, what: String)? {
        let parts = [dit?.inconsistency, tokenizer?.inconsistency, text?.inconsistency, sampler.inconsistency]
        if let found = parts.compactMap({ $0 }).first { return found }
        if let ctrl {
            guard let dit else { return ("ctrl", "needs a section 'dit': branches have the base network's widths") }
            if ctrl.blocks > dit.blocks {
                return ("ctrl.blocks", "is \(ctrl.blocks), more than the \(dit.blocks) blocks of the base network")
            }
            if ctrl.hintChannels < dit.latentChannels {
                return (
                    "ctrl.hint_channels", "is \(ctrl.hintChannels), less than the \(dit.latentChannels) of a latent"
                )
            }
        }
        if let dit, let text, dit.textWidth != text.width {
            return ("dit.text_dim", "is \(dit.textWidth), but 'text.d_model' is \(text.width); they must be equal")
        }
        if let dit, let tokenizer, dit.latentChannels != tokenizer.latentChannels {
            return (
                "dit.latent_channels",
                "is \(dit.latentChannels), but 'tokenizer.latent_channels' is \(tokenizer.latentChannels)"
            )
        }
        return hasClip ? clipInconsistency : nil
    }

    private var clipInconsistency: (path: String, what: String)? {
        guard let tokenizer else { return nil }
        let (space, time) = (tokenizer.spatialCompression, tokenizer.temporalCompression)
        guard (clip.frames - 1).isMultiple(of: time) else {
            return ("clip.frames", "is \(clip.frames); it must be 1 more than a multiple of \(time)")
        }
        let latentFrames = (clip.frames - 1) / time + 1
        if let columns = tokenizer.mean.first?.count, columns < latentFrames {
            return ("tokenizer.mean", "has \(columns) latent frames; the clip has \(latentFrames)")
        }
        let patch = dit?.patch ?? [1, 1, 1]
        for (axis, size) in [("h", clip.height), ("w", clip.width)] {
            let step = space * patch[axis == "h" ? 1 : 2]
            guard size.isMultiple(of: step) else {
                return ("clip.\(axis)", "is \(size); it must be a multiple of \(step)")
            }
            if let dit, size / space > dit.maxSize[axis == "h" ? 0 : 1] {
                return ("clip.\(axis)", "is \(size), more than 'dit.max_hw' allows")
            }
        }
        if let dit, latentFrames > dit.maxFrames {
            return ("clip.frames", "is \(clip.frames), more than 'dit.max_t' allows")
        }
        return nil
    }
}

extension TransformerConfiguration {
    fileprivate var inconsistency: (path: String, what: String)? {
        guard width.isMultiple(of: heads), headWidth.isMultiple(of: 2) else {
            return ("dit.heads", "is \(heads), which does not divide D = \(width) into heads of an even width")
        }
        for (axis, name) in ["h", "w"].enumerated() where !maxSize[axis].isMultiple(of: patch[axis + 1]) {
            return (
                "dit.max_hw", "has a largest \(name) of \(maxSize[axis]), no multiple of the patch \(patch[axis + 1])"
            )
        }
        return nil
    }
}

extension TokenizerConfiguration {
    fileprivate var inconsistency: (path: String, what: String)? {
        if let (key, what) = objection { return ("tokenizer.\(key)", what) }
        guard mean.isEmpty == std.isEmpty else {
            return ("tokenizer.\(mean.isEmpty ? "mean" : "std")", "is missing; mean and std belong together")
        }
        for (key, rows) in [("mean", mean), ("std", std)] where !mean.isEmpty {
            guard rows.count == latentChannels, rows[0].count == mean[0].count else {
                return (
                    "tokenizer.\(key)",
                    "is \(rows.count) x \(rows[0].count); \(latentChannels) latent channels x \(mean[0].count) frames are needed"
                )
            }
        }
        guard std.allSatisfy({ $0.allSatisfy { $0 > 0 } }) else {
            return ("tokenizer.std", "has a value that is not above 0")
        }
        return nil
    }
}

extension TextConfiguration {
    fileprivate var inconsistency: (path: String, what: String)? {
        guard buckets.isMultiple(of: 4) else { return ("text.buckets", "is \(buckets), no multiple of 4") }
        guard maxDistance > buckets / 4 else {
            return ("text.max_distance", "is \(maxDistance); it must be above a quarter of the \(buckets) buckets")
        }
        return nil
    }
}

extension SamplerConfiguration {
    fileprivate var inconsistency: (path: String, what: String)? {
        sigmaMin < sigmaMax ? nil : ("sampler.sigma_min", "is \(sigmaMin), not below 'sampler.sigma_max' = \(sigmaMax)")
    }
}
