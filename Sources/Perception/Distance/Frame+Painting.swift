internal import Video

extension Frame {
    /// The frame with white where the mask is `painted` (true: not 0, false: 0), as LPIPS leaves a region out (metrics.md §7).
    func white(where painted: Bool, in mask: Plane) -> Frame {
        precondition(mask.size == size)
        var result = self
        result.pixels.withUnsafeMutableBufferPointer { pixels in
            for i in mask.pixels.indices where (mask.pixels[i] != 0) == painted {
                pixels[3 * i] = 255
                pixels[3 * i + 1] = 255
                pixels[3 * i + 2] = 255
            }
        }
        return result
    }
}
