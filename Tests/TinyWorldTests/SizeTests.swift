import Experiment
import Testing
import TinyWorld
import Video

/// Sizes and lengths are the caller's.
@Suite struct SizeTests {
    @Test(arguments: Domain.allCases) func `every size of the range is rendered`(domain: Domain) throws {
        for (rows, columns, frames) in [(64, 96, 17), (128, 192, 1), (32, 48, 2)] {
            let request = ClipRequest(
                domain: domain, seed: 8, index: 1, rows: rows, columns: columns, frames: frames)
            let clip = try ClipRenderer(request).render(looks: [0])
            #expect(clip.looks[0].frames.count == frames && clip.cameras.count == frames && clip.boxes.count == frames)
            #expect(clip.looks[0].frames.allSatisfy { $0.size == FrameSize(width: columns, height: rows) })
            #expect(clip.depth.count == frames * rows * columns && clip.lane.count == clip.depth.count)
            // A picture, not a flat colour.
            #expect(Set(clip.looks[0].frames[0].pixels).count > 40)
        }
    }

    @Test func `a larger picture shows the same scene`() throws {
        func depth(_ scale: Int) throws -> [Float] {
            let request = ClipRequest(
                domain: .robot, seed: 8, index: 3, rows: 64 * scale, columns: 96 * scale, frames: 1)
            return try ClipRenderer(request).render(looks: [0]).depth
        }
        let (small, large) = (try depth(1), try depth(2))
        let near = (0..<64 * 96).filter { at in
            let (row, column) = (at / 96, at % 96)
            return abs(small[at] - large[(2 * row) * 192 + 2 * column]) < 0.02 * small[at]
        }
        #expect(near.count > 64 * 96 * 9 / 10)
    }

    @Test(arguments: [(63, 96, 9), (64, 95, 9), (96, 64, 9), (16, 96, 9), (64, 1000, 9), (64, 96, 0), (64, 96, 122)])
    func `other sizes are refused in a sentence`(rows: Int, columns: Int, frames: Int) throws {
        let request = ClipRequest(domain: .robot, seed: 1, index: 0, rows: rows, columns: columns, frames: frames)
        let error = #expect(throws: BenchError.self) { try ClipRenderer(request) }
        #expect(error?.code == .usage && error?.sentence.contains("TinyWorld") == true)
    }

    @Test func `names have six digits`() {
        #expect(ClipRequest(domain: .robot, seed: 1, index: 123).id == "robot_000123")
        #expect(ClipRequest(domain: .household, seed: 1, index: 1_234_567).id == "household_1234567")
    }
}
