public import Video

/// Pictures side by side in rows, to look at many at once.
public enum ContactSheet {
    /// The middle frame of a clip in all its looks.
    public static func looks(_ clip: RenderedClip) -> [Frame] {
        clip.looks.map { $0.frames[$0.frames.count / 2] }
    }

    /// The middle frame of a clip's first look with its controls: vis, edge, depth, seg, foreground, and hdmap and lidar
    /// where there is a road.
    public static func controls(
        _ clip: RenderedClip, blur: ControlStrength = .medium, canny: ControlStrength = .medium
    ) -> [Frame] {
        let middle = clip.request.frames / 2
        let frame = clip.looks[0].frames[middle]
        let made = [VisControl(blur)(frame), EdgeControl(canny)(frame)]
        let drawn = [clip.depthPictures(), clip.segmentPictures(), clip.foregroundPictures()].map {
            $0[middle]
        }
        let road = clip.request.domain == .driving ? [clip.hdmap()[middle], clip.lidar()[middle]] : []
        return [frame] + made + drawn + road
    }

    /// All rows in one picture, every pixel as a square of `zoom`, with gaps of two pixels.
    /// - Parameter rows: pictures of one size; at least one.
    public static func picture(_ rows: [[Frame]], zoom: Int) -> Frame {
        let size = rows.joined().first?.size ?? FrameSize(width: 1, height: 1)
        let gap = 2
        let (stepX, stepY) = (size.width * zoom + gap, size.height * zoom + gap)
        let width = stepX * (rows.map(\.count).max() ?? 1) - gap
        let height = stepY * rows.count - gap
        var pixels = [UInt8](repeating: 255, count: 3 * width * height)
        for (r, row) in rows.enumerated() {
            for (c, frame) in row.enumerated() where frame.size == size {
                for y in 0..<size.height * zoom {
                    for x in 0..<size.width * zoom {
                        let from = 3 * (y / zoom * size.width + x / zoom)
                        let to = 3 * ((r * stepY + y) * width + c * stepX + x)
                        for k in 0..<3 { pixels[to + k] = frame.pixels[from + k] }
                    }
                }
            }
        }
        return Frame(width: width, height: height, pixels: pixels)
    }
}
