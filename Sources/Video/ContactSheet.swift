internal import COpenCV

/// Pictures side by side in rows, to look at many at once.
public enum ContactSheet {
    private static let gap = 2
    private static let headline = 16

    /// All rows in one picture, every pixel as a square of `zoom`, with gaps of two pixels.
    /// - Parameters:
    ///   - rows: pictures of one size; at least one.
    ///   - titles: written above the columns; those too long for theirs are cut.
    public static func picture(_ rows: [[Frame]], zoom: Int, titles: [String] = []) -> Frame {
        let size = rows.joined().first?.size ?? FrameSize(width: 1, height: 1)
        let (stepX, stepY) = (size.width * zoom + gap, size.height * zoom + gap)
        let top = titles.isEmpty ? 0 : headline
        let width = stepX * max(titles.count, rows.map(\.count).max() ?? 1) - gap
        let height = top + max(gap, stepY * rows.count) - gap
        var pixels = [UInt8](repeating: 255, count: 3 * width * height)
        for (column, title) in titles.enumerated() {
            // A letter is about seven pixels wide.
            let fitting = String(title.prefix(size.width * zoom / 7))
            ocv_draw_text(
                &pixels, Int32(width), Int32(top), fitting, Int32(column * stepX + 2), Int32(top - 5), 0.38)
        }
        for (r, row) in rows.enumerated() {
            for (c, frame) in row.enumerated() where frame.size == size {
                for y in 0..<size.height * zoom {
                    for x in 0..<size.width * zoom {
                        let from = 3 * (y / zoom * size.width + x / zoom)
                        let to = 3 * ((top + r * stepY + y) * width + c * stepX + x)
                        for k in 0..<3 { pixels[to + k] = frame.pixels[from + k] }
                    }
                }
            }
        }
        return Frame(width: width, height: height, pixels: pixels)
    }
}
