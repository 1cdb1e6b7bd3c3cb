import Experiment
import Tensors
import Testing
import TinyWorld
import Video

/// Same seed, same bytes.
@Suite struct DeterminismTests {
    /// Hashes of clips 0 and 1 of seed 2026 with looks 0 and 3, 3 frames. A change here changes every clip of the world:
    /// the shipped model was trained on these.
    private static let stored: [Domain: [String]] = [
        .robot: ["67d497f4ec550e0b", "dc53a2114c274eec"], .driving: ["74b6464b424b553b", "2cc79d31c9cca91a"],
        .household: ["f0bd3b174e1151ee", "280797b6dfd2b6c1"],
    ]

    @Test(arguments: Domain.allCases) func `clips are those that were stored`(domain: Domain) throws {
        for (index, hash) in try #require(Self.stored[domain]).enumerated() {
            let clip = try clip(domain, seed: 2026, index, looks: [0, 3])
            #expect(fingerprint(clip) == hash)
        }
    }

    @Test(arguments: Domain.allCases) func `any number of threads gives the same bytes`(domain: Domain) throws {
        let renderer = try ClipRenderer(ClipRequest(domain: domain, seed: 3, index: 5))
        let one = renderer.render(looks: [0, 2])
        #expect(fingerprint(one) == fingerprint(renderer.render(looks: [0, 2], pool: WorkerPool(threads: 3))))
    }

    @Test(arguments: Domain.allCases) func `a look does not depend on which others are rendered`(domain: Domain) throws
    {
        let both = try clip(domain, 0, looks: [0, 4])
        let alone = try clip(domain, 0, looks: [4])
        #expect(both.looks[1].frames == alone.looks[0].frames && both.looks[1].caption == alone.looks[0].caption)
        #expect(both.depth == alone.depth && both.instance == alone.instance && both.boxes == alone.boxes)
    }

    @Test func `seeds and numbers give different clips`() throws {
        let prints = try [(1, 0), (1, 1), (2, 0), (2, 1)].map { try fingerprint(clip(.robot, seed: $0.0, $0.1)) }
        #expect(Set(prints).count == 4)
    }
}
