import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct MapPicturesTests {
    private let folder = TemporaryFolder()

    private func pictures(of depth: [[Float]], isInverse: Bool) throws -> [[UInt8]] {
        let size = FrameSize(width: depth[0].count, height: 1)
        let writer = try MapFileWriter(
            path: folder.file("d.maps"), kind: .depth, size: size,
            origin: MapOrigin(identity: "n", clip: "c", settings: [:]))
        for values in depth { try writer.append(PackedMap(depth: values, size: size)) }
        try writer.finish()
        let out = folder.file("pictures\(isInverse)/")
        #expect(
            try MapPictures.writeDepth(of: folder.file("d.maps"), isInverse: isInverse, to: out, rate: 24)
                == depth.count)
        let reader = try openFrames(out)
        var pictures: [[UInt8]] = []
        while let frame = try reader.next() {
            let levels = stride(from: 0, to: frame.pixels.count, by: 3).map { frame.pixels[$0] }
            #expect(frame.pixels == levels.flatMap { [$0, $0, $0] })
            pictures.append(levels)
        }
        return pictures
    }

    @Test func `depth is spread over the whole clip and cut to levels, not rounded`() throws {
        // Levels of 255 · (v - 2) / 4.
        let inverse = try pictures(of: [[2, 3, 3.999], [6, 5.99, 2.1]], isInverse: true)
        #expect(inverse == [[0, 63, 127], [255, 254, 6]])
        let metres = try pictures(of: [[2, 3, 3.999], [6, 5.99, 2.1]], isInverse: false)
        #expect(metres == [[255, 191, 127], [0, 0, 248]])
    }

    @Test func `a clip of one depth is a picture of one level`() throws {
        #expect(try pictures(of: [[3, 3]], isInverse: true) == [[0, 0]])
    }
}
