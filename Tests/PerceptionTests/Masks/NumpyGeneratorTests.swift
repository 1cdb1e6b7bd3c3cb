import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct NumpyGeneratorTests {
    private struct Reference: Decodable {
        struct Draw: Decodable {
            let seed: UInt32
            let population: Int
            let drawn: [[Int]]
        }

        let draws: [Draw]
        let raw: [String]
    }

    private let reference: Reference

    init() throws {
        reference = try MaskReferences.json("random.json")
    }

    @Test func `raw numbers are numpy's`() {
        var generator = NumpyGenerator(seed: 12345)
        for raw in reference.raw {
            let drawn = generator.next64()
            #expect(String(drawn) == raw)
        }
    }

    @Test func `draws without repetition are numpy's`() {
        for draw in reference.draws {
            var generator = NumpyGenerator(seed: draw.seed)
            for wanted in draw.drawn {
                let drawn = generator.choice(10, of: draw.population)
                #expect(drawn == wanted, "seed \(draw.seed)")
            }
        }
    }

    @Test func `points lie on their mask and differ`() {
        let pixels = (0..<600).map { UInt8($0 % 7 == 0 ? 1 : 0) }
        let mask = Plane(width: 30, height: 20, pixels: pixels)
        for sampling in [PointSampling.seeded(1), .byMask] {
            var points = PromptPoints(sampling)
            let drawn = points.draw(10, on: mask).map { Int($0.y) * 30 + Int($0.x) }
            #expect(Set(drawn).count == 10 && drawn.allSatisfy { mask.pixels[$0] == 1 })
            var again = PromptPoints(sampling)
            let repeated = again.draw(10, on: mask).map { Int($0.y) * 30 + Int($0.x) }
            #expect(repeated == drawn)
            let next = points.draw(10, on: mask).map { Int($0.y) * 30 + Int($0.x) }
            #expect((next == drawn) == (sampling == .byMask))
        }
    }
}
