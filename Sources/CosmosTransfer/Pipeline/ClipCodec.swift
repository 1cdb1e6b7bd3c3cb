internal import Tensors
internal import Video

/// The way of a clip's frames into scaled latents and back.
struct ClipCodec {
    let model: TransferModel
    let size: FrameSize
    /// Frames of a clip.
    let clipFrames: Int
    let pool: WorkerPool
    /// Latent frames, rows and columns of a clip.
    let latentSize: [Int]

    init(_ model: TransferModel, size: FrameSize, clipFrames: Int, pool: WorkerPool) {
        (self.model, self.size, self.clipFrames, self.pool) = (model, size, clipFrames, pool)
        let tokenizer = model.tokenizer.configuration
        latentSize = [
            (clipFrames - 1) / tokenizer.temporalCompression + 1, size.height / tokenizer.spatialCompression,
            size.width / tokenizer.spatialCompression,
        ]
    }

    /// Of a clip's latent: [1, C, t, h, w].
    var shape: [Int] { [1, model.network.configuration.latentChannels] + latentSize }

    /// The next clip of a video.
    func encode(_ video: SourceVideo.Clips) throws -> Tensor {
        video.begin(frames: clipFrames)
        let stream = try EncodingStream(model.tokenizer, height: size.height, width: size.width, pool: pool)
        var encoded = Tensor(shape: shape)
        for t in 0..<latentSize[0] {
            let frames = Frame.tensor(of: try video.next(stream.nextFrames))
            encoded.put(try stream.push(frames, isLast: t == latentSize[0] - 1), sample: 0, from: t)
        }
        return try model.scaling.scaled(encoded)
    }

    /// A clip of which only the first frame is known: its first latent frame, and zeros. The encoder is causal: what follows
    /// the first frame does not change its latent.
    func encode(first: Frame) throws -> Tensor {
        let frame = Frame.tensor(of: [first])
        let encoded = try model.tokenizer.encode(frames: frame.reshaped([1] + frame.shape), pool: pool)
        let known = try model.scaling.scaled(encoded)
        var latent = Tensor(shape: shape)
        latent.put(known.part(sample: 0, frames: 0..<1), sample: 0, from: 0)
        return latent
    }

    /// Decodes a clip's latent, frame by frame.
    func decode(_ latent: Tensor, emit: (Frame) throws -> Void) throws {
        let unscaled = try model.scaling.unscaled(latent)
        let stream = try DecodingStream(model.tokenizer, height: latentSize[1], width: latentSize[2], pool: pool)
        for t in 0..<latentSize[0] {
            let decoded = try stream.push(unscaled.part(sample: 0, frames: t..<t + 1), isLast: t == latentSize[0] - 1)
            for frame in Frame.frames(of: decoded) { try emit(frame) }
        }
    }
}
