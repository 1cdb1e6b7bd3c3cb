internal import Experiment
internal import Tensors

extension GenerationRequest {
    /// Evaluations of the denoiser in a clip.
    var evaluations: Int { isDistilled ? 1 : sampler.steps + 1 }

    /// Takes a clip from noise to a clean latent; the distilled model does so in one evaluation (spec §1.11).
    func sample(
        from initial: InitialLatent, progress: (Sampler.Progress) -> Void,
        denoise: (_ x: Tensor, _ sigma: Double) throws -> Tensor
    ) throws -> Tensor {
        guard !isDistilled else {
            let clean = try denoise(initial.x, initial.sigmaMax)
            progress(Sampler.Progress(done: 1, total: 1, sigma: initial.sigmaMax))
            return clean
        }
        let size = Array(initial.x.shape.suffix(2))
        let piece =
            blendsSinglePatch && !isUpscaling
            ? try PatchGrid(height: size[0], width: size[1], patchHeight: size[0], patchWidth: size[1]) : nil
        return try Sampler(schedule: schedule(from: initial.sigmaMax)).sample(
            from: initial.x, progress: progress
        ) { x, sigma in
            let clean = try denoise(x, sigma)
            return piece?.merge([clean]) ?? clean
        }
    }

    /// - Throws: `BenchError` naming the setting that is out of range.
    func schedule(from sigmaMax: Double) throws -> SigmaSchedule { try SigmaSchedule(sampler, sigmaMax: sigmaMax) }
}
