public import Tensors

/// Where a clip's sampling begins (spec §1.8).
///
/// The noise is numpy's stream in both cases. (The official pipeline draws it on the GPU when there is an input video; no
/// other machine can repeat those numbers.)
public struct InitialLatent: Sendable, Equatable {
    /// The noise level that sampling starts at without an input video, whatever was asked for.
    public static let sigmaWithoutVideo = 80.0

    /// The noisy latent.
    public let x: Tensor
    /// The noise level it is at.
    public let sigmaMax: Double

    /// One that is known, at its noise level.
    init(x: Tensor, sigmaMax: Double) {
        self.x = x
        self.sigmaMax = sigmaMax
    }

    /// Those of single samples as a batch's, all at one noise level.
    init(joining parts: [InitialLatent]) {
        precondition(parts.allSatisfy { $0.sigmaMax == parts[0].sigmaMax })
        self.init(x: Tensor(joining: parts.map(\.x)), sigmaMax: parts[0].sigmaMax)
    }

    /// Noise alone, [B, C, t, h, w].
    public init(noiseOf shape: [Int], seed: UInt32) {
        self.init(noise: NumpyNormal.tensor(seed: seed, shape: shape))
    }

    /// Normal numbers alone, brought to the noise level of a start without a video.
    init(noise: Tensor) {
        var x = noise
        for i in 0..<x.count { x.values[i] *= Float(Self.sigmaWithoutVideo) }
        (self.x, sigmaMax) = (x, Self.sigmaWithoutVideo)
    }

    /// The input video's latent under noise of level `sigmaMax`.
    public init(video latent: Tensor, seed: UInt32, sigmaMax: Double) {
        self.init(video: latent, noise: NumpyNormal.tensor(seed: seed, shape: latent.shape), sigmaMax: sigmaMax)
    }

    init(video latent: Tensor, noise: Tensor, sigmaMax: Double) {
        var x = noise
        for i in 0..<x.count { x.values[i] = latent.values[i] + Float(sigmaMax) * x.values[i] }
        (self.x, self.sigmaMax) = (x, sigmaMax)
    }
}
