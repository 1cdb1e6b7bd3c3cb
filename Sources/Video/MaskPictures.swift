internal import Foundation
internal import Tensors

/// One number for each pixel, of some bits.
struct PixelNumbers {
    let values: [UInt16]
    let bits: Int
}

/// What a picture holds that RGB of 8 bits cannot say.
struct PictureNumbers {
    /// The brightest channel of each pixel; nil where its 8 bits say it all.
    let brightest: PixelNumbers?
    /// nil for pictures without transparency.
    let opacity: PixelNumbers?
}

/// A reader that knows the own numbers of the picture that it gave last.
protocol NumberedPixels: FrameReader {
    func numbers() throws(FileError) -> PictureNumbers?
}

/// Opens masks: numbers that are left out in a folder's names are frames too, for which the picture before holds on.
/// - Parameter clip: the clip that the masks are laid over, where that is known.
/// - Throws: `FileError`.
func openMasks(_ path: String, of clip: String? = nil) throws(FileError) -> any NumberedPixels {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw FileError(.unreadable, file: path, "does not exist; check its name")
    }
    return isDirectory.boolValue ? try ImageFolderReader(masks: path, of: clip) : try VideoReader(path: path)
}

/// Whether masks are a folder whose numbers leave frames out, which the masks before stand for.
public func maskNumbersHaveGaps(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
        return false
    }
    return (try? ImageSequence(folder: path))?.frames != nil
}

/// A picture of a mask: the brightest channel of each pixel in the numbers that the file holds.
struct MaskPicture {
    let size: FrameSize
    let brightest: PixelNumbers
    let opacity: PixelNumbers?
    /// Whether a bright pixel is dark on the mean of its channels.
    let isColoured: Bool

    init(_ frame: Frame, _ numbers: PictureNumbers?) {
        size = frame.size
        opacity = numbers?.opacity
        var isColoured = false
        let eight = [UInt16](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            frame.pixels.withUnsafeBufferPointer { p in
                for i in 0..<buffer.count {
                    let (r, g, b) = (p[3 * i], p[3 * i + 1], p[3 * i + 2])
                    let value = max(r, g, b)
                    buffer[i] = UInt16(value)
                    if value > 127, Int(r) + Int(g) + Int(b) <= 3 * 127 { isColoured = true }
                }
            }
            filled = buffer.count
        }
        self.isColoured = isColoured
        brightest = numbers?.brightest ?? PixelNumbers(values: eight, bits: 8)
    }
}
