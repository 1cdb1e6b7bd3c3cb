internal import Experiment
internal import Video

/// The sizes of the upscaler's work (spec §1.10): a video of the nominal size is enlarged to `target`, denoised in 3×3
/// overlapping patches of the nominal size, merged, and enlarged once more to three times the nominal size.
public struct UpscalePlan: Sendable, Equatable {
    /// Size of one patch in pixels: the size that the model works at.
    public let patchHeight, patchWidth: Int
    /// Size of the merged video.
    public let targetHeight, targetWidth: Int
    /// Size of the result.
    public var height: Int { patchHeight * 3 }
    public var width: Int { patchWidth * 3 }
    /// The overlapping patches, in pixels.
    public let pixels: PatchGrid
    /// The same on the latent grid.
    public let latents: PatchGrid

    /// The size of a result, of the size that the model works at.
    /// - Throws: `BenchError` when the patches do not come out even.
    static func resultSize(of size: FrameSize, _ tokenizer: TokenizerConfiguration) throws -> FrameSize {
        let plan = try UpscalePlan(
            height: size.height, width: size.width, compression: tokenizer.spatialCompression)
        return FrameSize(width: plan.width, height: plan.height)
    }

    /// - Parameters:
    ///   - height: the nominal size of the input; its aspect ratio is rounded to 16:9, 4:3 or 1:1, upright or not.
    ///   - compression: pixels in one latent row or column.
    /// - Throws: `BenchError` when the patches do not come out even.
    public init(height: Int, width: Int, compression: Int = 8) throws {
        guard height > 0, width > 0 else {
            throw BenchError(.usage, "a video of \(width)x\(height) cannot be upscaled")
        }
        let aspect = Double(max(height, width)) / Double(min(height, width))
        // The longer side loses 256 pixels of three patches, the other in proportion to the nominal aspect ratio: the
        // nearest of 1:1, 4:3 and 16:9, told apart at their middles.
        let (long, short) = aspect < 7.0 / 6 ? (1, 1) : aspect < 14.0 / 9 ? (4, 3) : (16, 9)
        let lost = 256 * short / long
        (patchHeight, patchWidth) = (height, width)
        targetHeight = 3 * height - (height > width ? 256 : lost)
        targetWidth = 3 * width - (height > width ? lost : 256)
        guard targetHeight >= height, targetWidth >= width, targetHeight % compression == 0,
            targetWidth % compression == 0, height % compression == 0, width % compression == 0
        else {
            throw BenchError(
                .usage,
                "a video of \(width)x\(height) cannot be upscaled in patches; use a size the model was made for, such as "
                    + "1280x704")
        }
        pixels = try PatchGrid(height: targetHeight, width: targetWidth, patchHeight: height, patchWidth: width)
        latents = try PatchGrid(
            height: targetHeight / compression, width: targetWidth / compression,
            patchHeight: height / compression, patchWidth: width / compression)
    }
}
