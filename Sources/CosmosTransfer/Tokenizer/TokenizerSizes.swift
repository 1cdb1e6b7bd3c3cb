internal import Experiment
internal import Tensors

/// Which sizes a tokenizer works with (spec §4.6, §4.8).
extension TokenizerConfiguration {
    /// Frames 1 + k·`temporalCompression` have 1 + k latent frames.
    /// - Returns: the number of latent frames.
    /// - Throws: `BenchError` that names the nearest numbers of frames.
    func latentFrames(of frames: Int) throws -> Int {
        guard frames > 0 else {
            throw BenchError(
                .unusableInput, "the video has no frames: it is shorter than one latent frame; supply at least 1 frame")
        }
        let k = (frames - 1) / temporalCompression
        guard frames == 1 + k * temporalCompression else {
            let below = 1 + k * temporalCompression
            throw BenchError(
                .unusableInput,
                "a video of \(frames) frames has no latents: the tokenizer takes 1 + \(temporalCompression)k frames; "
                    + "cut it to \(below) or lengthen it to \(below + temporalCompression)")
        }
        return 1 + k
    }

    /// The frames that some latent frames stand for.
    func frames(of latents: Range<Int>) -> Range<Int> {
        func start(_ latent: Int) -> Int { latent == 0 ? 0 : 1 + (latent - 1) * temporalCompression }
        return start(latents.lowerBound)..<start(latents.upperBound)
    }

    /// - Throws: `BenchError` when a frame of this size has no latent.
    func checkFrame(height: Int, width: Int) throws {
        guard height > 0, width > 0, height % spatialCompression == 0, width % spatialCompression == 0 else {
            throw BenchError(
                .unusableInput,
                "frames of \(width)x\(height) have no latents: width and height must be multiples of \(spatialCompression); "
                    + "resize or crop the video")
        }
    }

    /// - Throws: `BenchError` naming the key of a size that no tokenizer has.
    func checkForTokenizer() throws {
        if let (key, what) = objection {
            throw BenchError(.unusableInput, "tokenizer.\(key) \(what); correct config.json")
        }
    }

    /// The key of a size that no tokenizer has, and what is wrong with it; nil where one can be built.
    var objection: (key: String, what: String)? {
        let sizes = [
            ("channels", channels), ("res_blocks", resBlocks), ("latent_channels", latentChannels),
            ("z_channels", zChannels),
        ]
        for (key, size) in sizes where !(1...65_536 ~= size) { return (key, "is \(size), not within 1…65536") }
        guard !multipliers.isEmpty, multipliers.allSatisfy({ 1...1024 ~= $0 }) else {
            return ("multipliers", "is \(multipliers), not a list of numbers within 1…1024")
        }
        guard 1...16 ~= patch, patch.nonzeroBitCount == 1 else {
            return ("patch", "is \(patch), no power of two up to 16")
        }
        let ratios = [("spatial_compression", spatialCompression), ("temporal_compression", temporalCompression)]
        for (key, ratio) in ratios where !(patch...1024 ~= ratio && ratio.nonzeroBitCount == 1) {
            return (key, "is \(ratio), not a power of two of at least the patch, \(patch)")
        }
        // Levels that halve on the way in must double on the way out, or the frames come back in another size.
        let levels = multipliers.indices
        let (down, up) = (levels.map { downsampling(level: $0) }, levels.map { upsampling(level: $0) })
        for (key, ratio, halvings, flags) in [
            ("spatial_compression", spatialCompression, spatialHalvings, (down.map(\.space), up.map(\.space))),
            ("temporal_compression", temporalCompression, temporalHalvings, (down.map(\.time), up.map(\.time))),
        ] where [flags.0, flags.1].contains(where: { $0.count { $0 } != halvings }) {
            return (key, "is \(ratio), which \(multipliers.count) levels after patches of \(patch) do not reach")
        }
        return nil
    }
}

extension Tensor {
    /// - Throws: `BenchError` unless this is [B, channels, frames, height, width], not empty, of finite numbers.
    func checkVideo(_ name: String, channels: Int, dimensions: Int = 5) throws {
        let axes = dimensions == 5 ? "[B,\(channels),T,H,W]" : "[\(channels),T,H,W]"
        guard shape.count == dimensions, shape[dimensions - 4] == channels else {
            throw BenchError(.unusableInput, "\(name) has the shape \(shape), not \(axes)")
        }
        guard shape[dimensions - 3] > 0 else {
            throw BenchError(
                .unusableInput, "\(name) is shorter than one latent frame; supply at least 1 frame")
        }
        guard count > 0 else {
            throw BenchError(.unusableInput, "\(name) has the shape \(shape), which holds no pixels")
        }
        if var place = firstNonFinite {
            let value = values[place]
            var index: [Int] = []
            for size in shape.reversed() {
                index.insert(place % size, at: 0)
                place /= size
            }
            throw BenchError(.unusableInput, "\(name) holds \(value) at \(index); supply finite numbers")
        }
    }

    /// - Throws: `BenchError` when a half of the tokenizer made a number that is not finite out of finite ones.
    func checkResult(of half: String) throws {
        guard let place = firstNonFinite else { return }
        throw BenchError(
            .unusableInput,
            "the tokenizer's \(half) made \(values[place]) of finite numbers: its weights hold values that are not finite or "
                + "far too large; copy or make them again")
    }
}
