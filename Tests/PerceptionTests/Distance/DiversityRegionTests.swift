import Experiment
import TestSupport
import Testing
import Video

@testable import Perception

/// Foreground and background by painting the rest white.
@Suite struct DiversityRegionTests {
    private let folder = TemporaryFolder()
    private static let (width, height) = (20, 12)

    private func videos(_ frames: Int = 2, count: Int = 2, _ change: (Int, Frame) -> Frame = { $1 }) throws -> [String]
    {
        try (0..<count).map { k in
            let frames = (0..<frames).map { change(k, .noise(Self.width, Self.height, seed: UInt64(100 * k + $0))) }
            return try folder.video("v\(k)", frames)
        }
    }

    private func mask(
        frames: Int = 2, _ inside: (_ t: Int, _ x: Int, _ y: Int) -> Bool
    ) throws -> String {
        try folder.mask("mask", frames: frames, Self.width, Self.height, inside)
    }

    private func score(_ videos: [String], _ mask: String) throws -> DiversityResult {
        try DiversityScorer.plain().score(DiversityInputs(videos: videos, foreground: mask))
    }

    @Test func `a region is scored as if the other pixels were white`() throws {
        func inside(_ x: Int, _ y: Int) -> Bool { x < 9 && y > 3 }
        let result = try score(try videos(), try mask { _, x, y in inside(x, y) })
        for region in [Region.fg, .bg] {
            let painted = try videos { _, frame in
                var frame = frame
                for i in 0..<frame.size.pixels
                where inside(i % Self.width, i / Self.width) != (region == .fg) {
                    frame.pixels.replaceSubrange(3 * i..<3 * i + 3, with: [255, 255, 255])
                }
                return frame
            }
            let alone = try DiversityScorer.plain().score(DiversityInputs(videos: painted))
            #expect(result[region]?.values == alone[.all]?.values)
        }
        #expect(result.warnings.isEmpty)
    }

    @Test func `videos that differ in the foreground alone have a background diversity of exactly 0`() throws {
        let same = Frame.noise(Self.width, Self.height, seed: 77)
        let videos = try videos { _, frame in
            var frame = frame
            for i in 0..<frame.size.pixels where i % Self.width >= 10 {
                frame.pixels.replaceSubrange(3 * i..<3 * i + 3, with: same.pixels[3 * i..<3 * i + 3])
            }
            return frame
        }
        let result = try score(videos, try mask { _, x, _ in x < 10 })
        #expect(result[.bg]?.mean == 0)
        #expect(try #require(result[.fg]?.mean) > 0)
        #expect(result[.all]?.mean == result[.fg]?.mean.map { _ in result[.all]?.mean ?? 0 })
    }

    @Test func `a foreground that is empty everywhere gives no region a value, never the whole frame's`() throws {
        let result = try score(try videos(), try mask { _, _, _ in false })
        #expect(result[.fg]?.mean == nil && result[.fg]?.failure?.contains("empty in every frame") == true)
        #expect(result[.bg]?.values == result[.all]?.values)
        let scores = DiversityScorer.plain().scores(result)
        #expect(scores.map(\.region) == [.all, .fg, .bg])
        #expect(scores[1].outcome.value == nil && scores[1].n == 0 && scores[2].outcome.value == nil)
        #expect(scores[2].outcome.reason?.contains("the background would be the whole picture") == true)
    }

    @Test func `frames without foreground count with distance 0, and the result says so`() throws {
        let result = try score(try videos(), try mask { t, x, _ in t == 0 && x < 5 })
        #expect(result[.fg]?.values[1] == [0])
        #expect(result.warnings.contains { $0.contains("foreground is empty in 1 of 2 frames") })
    }

    @Test func `masks of another size are resized to the nearest pixel`() throws {
        let small = try folder.mask("small", frames: 2, Self.width / 2, Self.height / 2) { _, x, y in x < 4 && y < 3 }
        let large = try mask { _, x, y in x < 8 && y < 6 }
        let (a, b) = (try score(try videos(), small), try score(try videos(), large))
        #expect(a[.fg]?.values == b[.fg]?.values && a[.bg]?.values == b[.bg]?.values)
        #expect(a.warnings.count == 1 && a.warnings[0].contains("resized (nearest)"))
    }

    @Test func `a mask that is not there leaves the regions unscored and the whole frame scored`() throws {
        let result = try score(try videos(), folder.file("absent"))
        #expect(result.frames == 2 && result[.all]?.mean != nil)
        for region in [Region.fg, .bg] {
            #expect(result[region]?.mean == nil && result[region]?.failure?.contains("absent") == true)
        }
    }

    @Test func `one mask stands for all frames`() throws {
        let (one, all) = (try mask(frames: 1) { _, x, _ in x < 5 }, try mask { _, x, _ in x < 5 })
        let (a, b) = (try score(try videos(), one), try score(try videos(), all))
        #expect(a[.fg]?.values == b[.fg]?.values && a[.bg]?.values == b[.bg]?.values && a[.fg]?.mean != nil)
    }

    @Test func `masks can come from anywhere`() throws {
        let plane = Plane(
            width: Self.width, height: Self.height,
            pixels: (0..<Self.width * Self.height).map { $0 % Self.width < 5 ? 7 : 0 })
        let inputs = DiversityInputs(videos: try videos(), foreground: { { plane } })
        let result = try DiversityScorer.plain().score(inputs)
        let file = try score(inputs.videos, try mask { _, x, _ in x < 5 })
        #expect(result[.fg]?.values == file[.fg]?.values)
    }
}
