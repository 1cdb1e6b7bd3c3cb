internal import Foundation
public import Tensors

/// How the network is wrapped into a denoiser (spec §3.1): `x0(x, σ) = skip·x + out·Net(in·x, noise)`.
public struct Preconditioning: Sendable, Equatable {
    public let sigmaData: Double

    public init(sigmaData: Double = 0.5) { self.sigmaData = sigmaData }

    /// c_skip
    public func skip(_ sigma: Double) -> Double { sigmaData * sigmaData / power(sigma) }
    /// c_out
    public func out(_ sigma: Double) -> Double { sigma * sigmaData / power(sigma).squareRoot() }
    /// c_in
    public func input(_ sigma: Double) -> Double { 1 / power(sigma).squareRoot() }
    /// c_noise: what the network's timestep embedding takes.
    public func noise(_ sigma: Double) -> Double { log(sigma) / 4 }

    /// The clean latent that a network sees in `x` at noise level `sigma`.
    /// - Parameter network: one evaluation of the scaled input at c_noise; its result has the input's shape.
    public func denoise(
        _ x: Tensor, sigma: Double, network: (_ scaled: Tensor, _ noise: Double) throws -> Tensor
    ) rethrows -> Tensor {
        var scaled = x
        let factor = Float(input(sigma))
        for i in 0..<scaled.count { scaled.values[i] *= factor }
        var result = try network(scaled, noise(sigma))
        precondition(result.shape == x.shape)
        let (skip, out) = (Float(skip(sigma)), Float(out(sigma)))
        for i in 0..<result.count { result.values[i] = skip * x.values[i] + out * result.values[i] }
        return result
    }

    private func power(_ sigma: Double) -> Double { sigma * sigma + sigmaData * sigmaData }
}
