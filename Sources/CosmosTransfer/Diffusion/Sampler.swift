internal import Experiment
internal import Foundation
public import Tensors

/// The multistep sampler (spec §3.5): two-step exponential Adams–Bashforth in the predicted clean latent. Its state is
/// float64; it adds no noise of its own.
public struct Sampler: Sendable {
    public let schedule: SigmaSchedule

    public init(schedule: SigmaSchedule) { self.schedule = schedule }

    /// What a progress bar needs, told after every evaluation.
    public struct Progress: Sendable, Equatable {
        /// Evaluations done, the present one included.
        public let done: Int
        /// Evaluations in all: one a step, and one at σ_min.
        public let total: Int
        /// The noise level of the evaluation.
        public let sigma: Double
    }

    /// Takes noise to a clean latent.
    /// - Parameters:
    ///   - initial: the noisy latent at σ_max, any shape.
    ///   - progress: called after every evaluation.
    ///   - denoise: the clean latent seen in `x` at a noise level, of the same shape; what it throws ends the run.
    /// - Returns: the clean latent predicted at σ_min.
    /// - Throws: `BenchError` naming the step when the denoiser gives a number that is not finite.
    public func sample(
        from initial: Tensor, progress: (Progress) -> Void = { _ in },
        denoise: (_ x: Tensor, _ sigma: Double) throws -> Tensor
    ) throws -> Tensor {
        let sigmas = schedule.sigmas
        var state = initial.values.map(Double.init)
        var input = initial
        var previous: (clean: Tensor, sigma: Double)?
        for (i, s) in sigmas.enumerated() {
            let clean = try denoise(input, s)
            precondition(clean.shape == initial.shape)
            if let place = clean.firstNonFinite {
                throw BenchError(
                    .unusableInput,
                    "the network gave \(clean.values[place]) at step \(i + 1) of \(sigmas.count) (sigma \(s)); check "
                        + "the weights and the control inputs with 'transferbench models inspect'")
            }
            progress(Progress(done: i + 1, total: sigmas.count, sigma: s))
            guard i + 1 < sigmas.count else { return clean }
            let step = Step(from: s, to: sigmas[i + 1], previous: previous?.sigma)
            step.move(&state, clean, previous?.clean)
            for j in 0..<state.count { input.values[j] = Float(state[j]) }
            previous = (clean, s)
        }
        return input
    }

    /// One step's factors: `x ← keep·x + now·X + before·X⁻`.
    struct Step {
        var keep, now, before: Double

        init(from s: Double, to t: Double, previous: Double?) {
            guard let previous else {
                keep = t / s
                now = 1 - t / s
                before = 0
                return
            }
            // Times in −ln σ: the step's length, and the previous level seen from here in units of it.
            let delta = log(s) - log(t)
            let position = (log(s) - log(previous)) / delta
            let phi1 = expm1(-delta) / -delta
            let phi2 = (phi1 - 1) / -delta
            let second = phi2 / position
            let first = phi1 - second
            keep = exp(-delta)
            now = delta * (first.isNaN ? 0 : first)
            before = delta * (second.isNaN ? 0 : second)
        }

        func move(_ state: inout [Double], _ clean: Tensor, _ last: Tensor?) {
            if let last {
                for i in 0..<state.count {
                    state[i] = keep * state[i] + (now * Double(clean.values[i]) + before * Double(last.values[i]))
                }
            } else {
                for i in 0..<state.count { state[i] = now * Double(clean.values[i]) + keep * state[i] }
            }
        }
    }
}
