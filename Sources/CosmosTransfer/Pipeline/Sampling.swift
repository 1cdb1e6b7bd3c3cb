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
        return try Sampler(schedule: schedule(from: initial.sigmaMax)).sample(
            from: initial.x, progress: progress, denoise: denoise)
    }

    /// - Throws: `BenchError` naming the setting that is out of range.
    func schedule(from sigmaMax: Double) throws -> SigmaSchedule { try SigmaSchedule(sampler, sigmaMax: sigmaMax) }
}
