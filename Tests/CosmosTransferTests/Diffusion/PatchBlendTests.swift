import CosmosTransfer
import Experiment
import Tensors
import Testing

@Suite struct PatchBlendTests {
    @Test func `wholes are split and merged as in the reference`() throws {
        let inputs = try ReferenceNumbers("diffusion/patches/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/patches/expected.safetensors")
        for name in ["three_by_three", "two_by_three", "single", "no_overlap"] {
            let (whole, changed) = (try inputs[name + ".whole"], try inputs[name + ".patches"])
            let size = changed.shape
            let grid = try PatchGrid(
                height: whole.shape[3], width: whole.shape[4], patchHeight: size[3], patchWidth: size[4])
            #expect(grid.count == size[0])
            #expect(grid.split(whole).flatMap(\.values) == (try expected[name + ".split"]).values)
            let each = changed.count / size[0]
            let patches = (0..<size[0]).map {
                Tensor(shape: [1] + size.dropFirst(), values: Array(changed.values[$0 * each..<($0 + 1) * each]))
            }
            #expect(relativeError(grid.merge(patches), try expected[name + ".merged"]) < 1e-6)
        }
    }

    @Test func `a single patch is dampened at its first row and column`() throws {
        let merged = try PatchGrid(height: 4, width: 5, patchHeight: 4, patchWidth: 5)
            .merge([Tensor(shape: [4, 5], repeating: 1)])
        #expect(abs(merged.values[0] - 0.990_099) < 1e-6)
        #expect(abs(merged.values[1] - 0.9999) < 1e-6 && abs(merged.values[5] - 0.9999) < 1e-6)
        #expect(abs(merged.values[6] - 1) < 2e-6)
    }

    private struct Sizes: Decodable {
        let patch, target, count, overlap, latentOverlap: [Int]
    }

    @Test func `the upscaler's sizes are those of the reference`() throws {
        for r: Sizes in try ReferenceNumbers.json("diffusion/upscaler_sizes.json", as: [Sizes].self) {
            let plan = try UpscalePlan(height: r.patch[1], width: r.patch[0])
            #expect([plan.targetWidth, plan.targetHeight] == r.target)
            #expect([plan.width, plan.height] == r.patch.map { $0 * 3 })
            #expect(plan.pixels.count == r.count.reduce(1, *) && plan.latents.count == 9)
            #expect([plan.pixels.overlap.width, plan.pixels.overlap.height] == r.overlap)
            #expect([plan.latents.overlap.width, plan.latents.overlap.height] == r.latentOverlap)
            #expect(plan.pixels.origin(8) == (r.target[1] - r.patch[1], r.target[0] - r.patch[0]))
        }
    }

    @Test func `sizes that patches cannot cover are refused`() {
        for (height, patch) in [(0, 1), (5, 0), (5, 6), (13, 6)] {
            #expect(throws: BenchError.self) {
                try PatchGrid(height: height, width: 8, patchHeight: patch, patchWidth: 8)
            }
        }
        for (height, width) in [(64, 64), (0, 8), (701, 1280), (-1, -1)] {
            #expect(throws: BenchError.self) { try UpscalePlan(height: height, width: width) }
        }
    }
}
