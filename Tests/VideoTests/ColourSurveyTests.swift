import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// The objects of coloured masks, found in exact pictures and in lossy video.
@Suite struct ColourSurveyTests {
    private let folder = TemporaryFolder()
    private let side = 96

    /// Squares of two colours on black, the second one moving.
    private func scene(_ first: UInt32, _ second: UInt32, frame t: Int) -> [UInt32] {
        (0..<side * side).map { i in
            let (x, y) = (i % side, i / side)
            if (8..<40).contains(x), (8..<48).contains(y) { return first }
            return (48 + t..<80 + t).contains(x) && (40..<88).contains(y) ? second : 0
        }
    }

    /// A lossy video of such a scene.
    private func video(_ first: UInt32, _ second: UInt32, _ name: String = "masks.mp4") throws -> String {
        let path = folder.file(name)
        let writer = try VideoWriter(path: path, size: FrameSize(width: side, height: side), rate: 24, rateFactor: 28)
        for t in 0..<8 {
            try writer.append(Frame(width: side, height: side, colours: scene(first, second, frame: t)))
        }
        try writer.finish()
        return path
    }

    /// The share of pixels whose label is the expected one, with label 1 for the first colour of the scene.
    private func agreement(_ reader: any LabelReader, first: UInt8, second: UInt8) throws -> Double {
        var (right, all, t) = (0, 0, 0)
        while let plane = try reader.next() {
            let expected = scene(0x1, 0x2, frame: t).map { $0 == 1 ? first : $0 == 2 ? second : 0 }
            right += zip(plane.pixels, expected).count { $0 == $1 }
            all += expected.count
            t += 1
        }
        return Double(right) / Double(max(1, all))
    }

    @Test func `one white object in lossy video is one object, and a note says that it looks like two values`() throws {
        let reader = try openLabels(try video(0xffffff, 0xffffff))
        #expect(reader.phrases.count == 1, "\(reader.phrases)")
        #expect(try agreement(reader, first: 1, second: 1) > 0.98)
        #expect(reader.notes.contains { $0.contains("looks like a mask of two values") }, "\(reader.notes)")
    }

    @Test func `two colours in lossy video are two objects, and no more`() throws {
        let reader = try openLabels(try video(0xe02020, 0x20a0e0))
        #expect(reader.phrases.count == 2, "\(reader.phrases)")
        // Labels go by how common a colour is or by its number: whichever way, they are two halves of the scene.
        let one = try agreement(reader, first: 1, second: 2)
        let other = try agreement(
            try openLabels(folder.file("masks.mp4")), first: 2, second: 1)
        #expect(max(one, other) > 0.97, "\(one) and \(other)")
        #expect(reader.notes.contains { $0.contains("2 objects found") }, "\(reader.notes)")
        #expect(!reader.notes.contains { $0.contains("two values") })
    }

    @Test func `greys of smoothed edges belong to the object or to black, and are none of their own`() throws {
        // A disc with an edge of several greys, exact as PNG.
        let colours = (0..<side * side).map { i -> UInt32 in
            let (x, y) = (Double(i % side) - 48, Double(i / side) - 48)
            let grey = UInt32(min(255, max(0, (30 - (x * x + y * y).squareRoot()) * 64 + 128)))
            return grey << 16 | grey << 8 | grey
        }
        #expect(Set(colours).count > 10)
        for i in 0..<3 {
            try Frame(width: side, height: side, colours: colours).write(to: folder.file("\(i).png"))
        }
        let reader = try openLabels(folder.path)
        #expect(reader.phrases.count == 1, "\(reader.phrases)")
        #expect(reader.notes.contains { $0.contains("1 object found") }, "\(reader.notes)")
        let plane = try #require(try reader.next())
        let wrong = zip(plane.pixels, colours).count { ($0 == 1) != ($1 & 255 > 127) }
        #expect(wrong <= 4, "\(wrong) pixels on the wrong side of the middle")
    }

    @Test func `the same after a lossy codec is still one object`() throws {
        let path = folder.file("disc.mp4")
        let writer = try VideoWriter(path: path, size: FrameSize(width: side, height: side), rate: 24, rateFactor: 28)
        let inside = (0..<side * side).map { i in
            let (x, y) = (i % side - 48, i / side - 48)
            return x * x + y * y < 900
        }
        for _ in 0..<4 {
            try writer.append(Frame(width: side, height: side, colours: inside.map { $0 ? 0xffffff : 0 }))
        }
        try writer.finish()
        let reader = try openLabels(path)
        #expect(reader.phrases.count == 1, "\(reader.phrases)")
        #expect(reader.notes.contains { $0.contains("1 object found") }, "\(reader.notes)")
        while let plane = try reader.next() {
            let wrong = zip(plane.pixels, inside).count { ($0 == 1) != $1 }
            #expect(wrong <= 60, "\(wrong) pixels beside the disc's edge")
        }
    }

    @Test func `an exact picture keeps an object of a single pixel`() throws {
        var colours = scene(0xff0000, 0x00ff00, frame: 0)
        colours[0] = 0x0000ff
        try Frame(width: side, height: side, colours: colours).write(to: folder.file("0.png"))
        #expect(try openLabels(folder.path).phrases == ["#0000ff", "#00ff00", "#ff0000"])
    }

    @Test func `the mask of the official example is one object`() throws {
        guard let clips = Places.clips else { return }
        let reader = try openLabels(clips + "/example1_spatiotemporal_weights_mask.mp4")
        #expect(reader.phrases.count == 1, "\(reader.phrases)")
        #expect(reader.notes.contains { $0.contains("looks like a mask of two values") }, "\(reader.notes)")
    }
}
