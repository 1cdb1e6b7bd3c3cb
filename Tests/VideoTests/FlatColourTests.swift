import Tensors
import TestSupport
import Testing
import Video

/// Hard cases of coloured masks: what is alike, thin, blended, ramped or noise.
@Suite struct FlatColourTests {
    private let folder = TemporaryFolder()
    private static let (width, height) = (96, 64)

    /// Rectangles of colours on black, later ones over earlier ones.
    private func scene(_ boxes: [(colour: UInt32, x: Range<Int>, y: Range<Int>)]) -> Frame {
        Frame(
            width: Self.width, height: Self.height,
            colours: (0..<Self.width * Self.height).map { i in
                boxes.last { $0.x.contains(i % Self.width) && $0.y.contains(i / Self.width) }?.colour ?? 0
            })
    }

    /// Writes frames as PNG images, or as a video where the name has a suffix.
    private func write(_ frames: [Frame], _ name: String = "masks/") throws -> String {
        let path = folder.file(name)
        let writer = try VideoWriter(path: path, size: frames[0].size, rate: 10)
        for frame in frames { try writer.append(frame) }
        try writer.finish()
        return path
    }

    /// Every pixel the mean of those up to `radius` away in its row and column.
    private func smoothed(_ frame: Frame, radius: Int = 1) -> Frame {
        func pass(_ frame: Frame, _ step: (Int, Int) -> [(Int, Int)]) -> Frame {
            var result = frame
            for y in 0..<frame.height {
                for x in 0..<frame.width {
                    let near = step(x, y).filter {
                        (0..<frame.width).contains($0.0) && (0..<frame.height).contains($0.1)
                    }
                    for c in 0..<3 {
                        let sum = near.reduce(0) { $0 + Int(frame.pixels[3 * ($1.1 * frame.width + $1.0) + c]) }
                        result.pixels[3 * (y * frame.width + x) + c] = UInt8(sum / near.count)
                    }
                }
            }
            return result
        }
        let range = -radius...radius
        return pass(pass(frame) { x, y in range.map { (x + $0, y) } }) { x, y in range.map { (x, y + $0) } }
    }

    private func labels(_ reader: any LabelReader) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let plane = try reader.next() { all.append(plane.pixels) }
        return all
    }

    private static let three: [(colour: UInt32, x: Range<Int>, y: Range<Int>)] = [
        (0x7d7c00, 10..<50, 8..<40), (0x1f891f, 50..<90, 8..<40), (0xf0f0f0, 20..<60, 44..<60),
    ]

    @Test func `an exact palette keeps an object of one pixel, one that is thin, and colours that are alike`() throws {
        let frame = scene([
            (0x800000, 10..<50, 8..<40), (0x400000, 60..<61, 20..<21), (0x810000, 70..<72, 5..<50),
            (0x008000, 30..<80, 50..<52),
        ])
        let reader = try openLabels(try write([frame]))
        #expect(reader.phrases == ["#008000", "#400000", "#800000", "#810000"])
        #expect(try Set(labels(reader)[0]) == [0, 1, 2, 3, 4])
        #expect(reader.notes.isEmpty)
    }

    @Test func `pictures of label numbers keep every number`() throws {
        let frame = scene([(0x010101, 0..<40, 0..<60), (0x020202, 40..<42, 0..<60), (0x030303, 41..<80, 10..<60)])
        let reader = try openLabels(try write([frame]))
        #expect(reader.phrases == ["#010101", "#020202", "#030303"])
    }

    @Test(arguments: ["masks.mp4", "masks.mkv"]) func `a video has the objects of its pictures`(_ name: String) throws {
        let frames = (0..<5).map { t in
            scene(Self.three.map { ($0.colour, $0.x.lowerBound + t..<$0.x.upperBound + t, $0.y) })
        }
        let exact = try openLabels(try write(frames))
        let video = try openLabels(try write(frames, name))
        #expect(exact.phrases.count == 3 && video.phrases.count == 3)
        // Labels of lossy colours stand in the order of their areas.
        let (a, b) = (try labels(exact), try labels(video))
        var together: [[UInt8]: Int] = [:]
        for (x, y) in zip(a.joined(), b.joined()) { together[[x, y], default: 0] += 1 }
        for label in UInt8(0)...3 {
            let of = together.filter { $0.key[0] == label }
            let most = try #require(of.values.max())
            #expect(Double(most) > 0.95 * Double(of.values.reduce(0, +)), "label \(label): \(of)")
        }
    }

    @Test func `a blend between two objects goes to one of them, not to a third of that colour`() throws {
        // Red and green mix to olive, which is an object elsewhere.
        let frame = smoothed(
            scene([(0xfe0000, 10..<40, 4..<40), (0x00fe00, 40..<70, 4..<40), (0x555500, 20..<60, 46..<60)]))
        let reader = try openLabels(try write([frame]))
        #expect(Set(reader.phrases) == ["#fe0000", "#00fe00", "#555500"])
        let olive = UInt8(try #require(reader.phrases.firstIndex(of: "#555500")) + 1)
        let plane = try labels(reader)[0]
        let strays = (0..<43 * Self.width).count { plane[$0] == olive }
        #expect(strays <= 8, "\(strays) pixels between red and green are olive")
    }

    @Test func `a slow ramp between two objects is no row of objects`() throws {
        let colours = (0..<Self.width * Self.height).map { i -> UInt32 in
            let level = UInt32(max(0, min(255, (i % Self.width - 20) * 5)))
            return level << 16 | level << 8 | level
        }
        let reader = try openLabels(try write([Frame(width: Self.width, height: Self.height, colours: colours)]))
        #expect(reader.phrases.count == 1, "\(reader.phrases)")
    }

    @Test func `more exact colours than labels are refused with their number`() throws {
        // Squares of four pixels a side.
        let colours = (0..<Self.width * Self.height).map { i -> UInt32 in
            UInt32(i % Self.width / 4 * 16 + i / Self.width / 4) * 40_503 & 0xffffff
        }
        let path = try write([Frame(width: Self.width, height: Self.height, colours: colours)])
        let error = #expect(throws: FileError.self) { try openLabels(path) }
        #expect(error?.code == .unsupported && error?.reason.contains("383 colours beside black") == true, "\(error!)")
    }

    @Test func `the noise of a black video is no object`() throws {
        let noise = (0..<5).map { t -> Frame in
            var random = SeededRandom(UInt64(t))
            let pixels = (0..<Self.width * Self.height).flatMap { _ in
                [UInt8](repeating: UInt8(random.next() % 4), count: 3)
            }
            return Frame(width: Self.width, height: Self.height, pixels: pixels)
        }
        #expect(try openLabels(try write(noise, "noise.mkv")).phrases.isEmpty)
    }

    @Test func `the example's segmentation has the objects that a person counts, however hard it is packed`() throws {
        guard let clips = Places.clips else { return }
        let source = clips + "/example1_seg.mp4"
        #expect(try ColourLabelReader(path: source, limit: 12).phrases.count == 13)
        for quality in ["28", "36"] {
            try FFmpeg.run("-i", [source, "-frames:v", "12", "-crf", quality, quality + ".mp4"], in: folder)
            let again = try openLabels(folder.file(quality + ".mp4"))
            #expect(again.phrases.count == 13, "\(quality): \(again.phrases)")
        }
    }
}
