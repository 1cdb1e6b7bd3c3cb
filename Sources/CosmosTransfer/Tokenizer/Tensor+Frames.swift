public import Tensors

extension Tensor {
    /// Some frames of one sample of [B,C,T,H,W], as [C,T,H,W].
    public func part(sample: Int, frames: Range<Int>) -> Tensor {
        let (channels, all, plane) = (shape[1], shape[2], shape[3] * shape[4])
        var part: [Float] = []
        part.reserveCapacity(channels * frames.count * plane)
        for c in 0..<channels {
            let start = (sample * channels + c) * all * plane
            part += values[start + frames.lowerBound * plane..<start + frames.upperBound * plane]
        }
        return Tensor(shape: [channels, frames.count, shape[3], shape[4]], values: part)
    }

    /// Puts a chunk [C,T,H,W] into one sample of [B,C,T,H,W], from frame `first` on.
    public mutating func put(_ chunk: Tensor, sample: Int, from first: Int) {
        let (channels, all, plane) = (shape[1], shape[2], shape[3] * shape[4])
        let size = chunk.shape[1] * plane
        for c in 0..<channels {
            let start = ((sample * channels + c) * all + first) * plane
            values.replaceSubrange(start..<start + size, with: chunk.values[c * size..<(c + 1) * size])
        }
    }
}
