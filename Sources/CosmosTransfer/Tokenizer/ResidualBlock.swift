internal import Tensors

/// `x + F(SiLU(norm(F(SiLU(norm(x))))))` with factorised convolutions F, (1,3,3) then (3,1,1); where the widths differ, x goes
/// through a 1×1×1 convolution first (spec §4.4).
struct ResidualBlock: Sendable {
    private let norms: [FrameNorm]
    private let spatial: [SpatialConvolution]
    private let temporal: [TemporalConvolution]

    init(_ name: String, inputs: Int, outputs: Int, from tensors: [String: StoredTensor]) {
        norms = (1...2).map { FrameNorm("\(name).norm\($0)", from: tensors) }
        spatial = (1...2).map { SpatialConvolution("\(name).conv\($0).0", from: tensors) }
        var temporal = (1...2).map { TemporalConvolution("\(name).conv\($0).1", from: tensors) }
        if inputs != outputs { temporal[1].shortcut = Convolution("\(name).nin_shortcut", from: tensors) }
        self.temporal = temporal
    }

    func callAsFunction(_ x: inout [FeatureFrame], _ pass: TokenizerPass) {
        var h = spatial[0](x, after: norms[0], pass)
        temporal[0](&h, pass)
        h = spatial[1](h, after: norms[1], pass)
        temporal[1](consume h, addedTo: &x, pass)
        pass.store.sweep()
    }
}

/// (1,3,3) then (3,1,1), without a norm before or an activation between (spec §4.2).
struct FactorisedConvolution: Sendable {
    private let spatial: SpatialConvolution
    private let temporal: TemporalConvolution

    init(_ name: String, from tensors: [String: StoredTensor]) {
        spatial = SpatialConvolution("\(name).0", from: tensors)
        temporal = TemporalConvolution("\(name).1", from: tensors)
    }

    func callAsFunction(_ x: inout [FeatureFrame], after norm: FrameNorm? = nil, _ pass: TokenizerPass) {
        x = spatial(x, after: norm, pass)
        temporal(&x, pass)
        pass.store.sweep()
    }
}
