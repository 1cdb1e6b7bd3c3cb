internal import Experiment
internal import Foundation

/// The noise levels that the sampler visits, largest first (spec §3.4), in float64.
public struct SigmaSchedule: Sendable, Equatable {
    /// `steps + 1` levels: σ_max first, σ_min last.
    public let sigmas: [Double]

    /// Levels evenly spaced in the `rho`-th root.
    /// - Throws: `BenchError` naming the setting that is out of range.
    public init(steps: Int, sigmaMin: Double, sigmaMax: Double, rho: Double) throws {
        func reject(_ what: String) -> BenchError { BenchError(.usage, what) }
        guard (1...10_000).contains(steps) else {
            throw reject("the number of steps is \(steps); it must be 1 … 10000")
        }
        guard sigmaMin > 0, sigmaMin.isFinite else {
            throw reject("sigma_min is \(sigmaMin); it must be a finite number above 0")
        }
        guard sigmaMax > sigmaMin, sigmaMax.isFinite else {
            throw reject("sigma_max is \(sigmaMax); it must be a finite number above sigma_min (\(sigmaMin))")
        }
        guard rho > 0, rho.isFinite else { throw reject("rho is \(rho); it must be a finite number above 0") }
        let (first, last) = (pow(sigmaMax, 1 / rho), pow(sigmaMin, 1 / rho))
        sigmas = (0...steps).map { i in pow(first + Double(i) / Double(steps) * (last - first), rho) }
        // The sampler divides by the differences of the logarithms: levels that are next to equal are an error there.
        for (s, t) in zip(sigmas, sigmas.dropFirst()) where !(log(s) - log(t) > 1e-6) {
            throw reject(
                "\(steps) steps between sigma_max \(sigmaMax) and sigma_min \(sigmaMin) lie too close together; "
                    + "use fewer steps or a wider range")
        }
    }

    /// The levels of a configuration, with its own number of steps and largest level or others.
    public init(_ sampler: SamplerConfiguration, steps: Int? = nil, sigmaMax: Double? = nil) throws {
        try self.init(
            steps: steps ?? sampler.steps, sigmaMin: sampler.sigmaMin, sigmaMax: sigmaMax ?? sampler.sigmaMax,
            rho: sampler.rho)
    }
}
