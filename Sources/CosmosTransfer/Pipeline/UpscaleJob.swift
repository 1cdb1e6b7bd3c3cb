internal import Experiment
internal import Tensors
internal import Video

/// A part of a larger video.
struct PatchPlace: Sendable {
    let whole: FrameSize
    let rows: Range<Int>
    let columns: Range<Int>
}

/// The clips of a video being enlarged: denoised in overlapping patches that are merged after every evaluation
/// (spec §1.10).
final class UpscaleJob {
    private let plan: UpscalePlan
    private let request: GenerationRequest
    private let patches: [ClipJob]
    private let places: [PatchPlace]
    private let spatial: Int

    /// - Throws: `BenchError` when the request has no input video, has other controls, or does not fit the model.
    init(_ request: GenerationRequest, prompts: PromptKeys, model: TransferModel, pool: WorkerPool) throws {
        guard request.controls.map(\.name) == ["upscale"] else {
            throw BenchError(.unusableInput, "the control 'upscale' works alone; leave the other controls out")
        }
        guard request.inputVideo != nil else {
            throw BenchError(.usage, "the control 'upscale' needs an input video; name one as input_video_path")
        }
        spatial = model.tokenizer.configuration.spatialCompression
        let plan = try UpscalePlan(
            height: request.size.height, width: request.size.width, compression: spatial)
        let whole = FrameSize(width: plan.targetWidth, height: plan.targetHeight)
        places = (0..<plan.pixels.count).map { index in
            let (row, column) = plan.pixels.origin(index)
            return PatchPlace(
                whole: whole, rows: row..<row + plan.patchHeight, columns: column..<column + plan.patchWidth)
        }
        patches = try places.map { place in
            var part = request
            func cut(_ video: SourceVideo) -> SourceVideo {
                video.followed {
                    $0.resized(to: whole, .bilinear).cropped(rows: place.rows, columns: place.columns)
                }
            }
            part.inputVideo = request.inputVideo.map(cut)
            part.controls = request.controls.map {
                GenerationRequest.Control(name: $0.name, video: cut($0.video), weight: $0.weight)
            }
            return try ClipJob(part, patch: place, prompts: prompts, model: model, pool: pool)
        }
        self.plan = plan
        self.request = request
    }

    /// Samples a clip's patches.
    /// - Parameter last: the last merged frame of the clip before.
    /// - Returns: one latent a patch.
    func sample(clip: Int, after last: Frame?, progress: (Sampler.Progress) -> Void) throws -> [Tensor] {
        let starts = try zip(patches, places).map { patch, place in
            try patch.start(clip: clip, after: last?.cropped(rows: place.rows, columns: place.columns))
        }
        let initial = InitialLatent(joining: starts.map(\.initial))
        let clean = try request.sample(from: initial, progress: progress) { x, sigma in
            let parts = try starts.enumerated().map { index, start in
                try start.denoiser(x.sample(index), sigma: sigma)
            }
            return Tensor(joining: plan.latents.split(plan.latents.merge(parts)))
        }
        return starts.indices.map(clean.sample)
    }

    /// Decodes a clip patch by patch, and hands over the merged frames. The patches wait as bytes, where the official
    /// pipeline merges floats: a clip of those would not fit into most machines. Blended pixels may differ by a level.
    func decode(_ latents: [Tensor], emit: (Frame) throws -> Void) throws {
        var decoded: [[Frame]] = []
        for (patch, latent) in zip(patches, latents) {
            var frames: [Frame] = []
            try patch.decode(latent) { frames.append($0) }
            decoded.append(frames)
        }
        for t in decoded[0].indices {
            var blend = PatchBlend(plan.pixels, leading: [3])
            for (index, frames) in decoded.enumerated() {
                let pixels = Frame.tensor(of: [frames[t]])
                blend.add(pixels.reshaped([3] + pixels.shape.dropFirst(2)), at: index)
            }
            let whole = blend.finish()
            // Half a level up: blended bytes are rounded, where decoded numbers are cut.
            let shifted = Tensor(
                shape: [3, 1] + whole.shape.dropFirst(), values: whole.values.map { $0 + 1 / 255 })
            try emit(Frame.frames(of: shifted)[0])
        }
    }

    /// The size of the result.
    var size: FrameSize { FrameSize(width: plan.width, height: plan.height) }
}
