import Tensors
import TestSupport
import Testing
import Video

@testable import CosmosTransfer

/// Upscaling in 2×2 patches of 192x144 that share 48 rows and 64 columns of a target of 320x240.
@Suite struct UpscalingTests {
    private let tiny: TinyModel
    private let pool = WorkerPool(threads: 2)
    private static let size = FrameSize(width: 192, height: 144)
    private static let target = FrameSize(width: 320, height: 240)
    private static let corners: [(top: Int, left: Int)] = [(0, 0), (0, 128), (96, 0), (96, 128)]
    private static let colours: [[UInt8]] = [[15, 15, 15], [240, 240, 240], [220, 30, 30], [30, 60, 230]]

    init() throws { tiny = try TinyModel() }

    /// A picture of the target's size whose quarters have a colour each.
    private var quarters: Frame {
        let size = Self.target
        return Frame(
            width: size.width, height: size.height,
            pixels: (0..<size.pixels).flatMap { p in
                let (y, x) = (p / size.width, p % size.width)
                return Self.colours[(y < size.height / 2 ? 0 : 2) + (x < size.width / 2 ? 0 : 1)]
            })
    }

    private func video(_ frame: Frame, frames: Int) throws -> SourceVideo {
        let path = tiny.folder.file("video\(frame.pixels.hashValue)-\(frames)")
        let writer = try VideoWriter(path: path + "/", size: frame.size, rate: 24)
        for _ in 0..<frames { try writer.append(frame) }
        try writer.finish()
        return SourceVideo(path: path) { $0 }
    }

    private func request(_ video: SourceVideo, weight: ControlWeight, frames: Int = 1) -> GenerationRequest {
        var request = tiny.request(frames: frames, seed: 4, steps: 1)
        request.size = Self.size
        request.clipFrames = frames == 1 ? 1 : 9
        request.inputVideo = video
        request.controls = [GenerationRequest.Control(name: "upscale", video: video, weight: weight)]
        request.sampler.guidance = 0
        request.sampler.sigmaMax = 0.01
        return request
    }

    private func latent(_ frame: Frame) throws -> Tensor {
        let pixels = Frame.tensor(of: [frame])
        return try tiny.model.scaling.scaled(
            tiny.model.tokenizer.encode(frames: pixels.reshaped([1] + pixels.shape), pool: pool))
    }

    private func decoded(_ latent: Tensor) throws -> Frame {
        let pixels = try tiny.model.tokenizer.decode(latents: tiny.model.scaling.unscaled(latent), pool: pool)
        return Frame.frames(of: pixels.reshaped([3, 1, pixels.shape[3], pixels.shape[4]]))[0]
    }

    /// Bytes of a merged frame.
    private func bytes(_ frames: [Frame], _ grid: PatchGrid) -> Frame {
        let merged = grid.merge(
            frames.map { frame in
                let pixels = Frame.tensor(of: [frame])
                return pixels.reshaped([3] + pixels.shape.dropFirst(2))
            })
        let plane = Self.target.pixels
        return Frame(
            width: Self.target.width, height: Self.target.height,
            pixels: (0..<3 * plane).map { place -> UInt8 in
                let value = merged.values[place % 3 * plane + place / 3]
                return UInt8((value + 1) / 2 * 255 + 0.5)
            })
    }

    @Test func `patches come from, and go to, their places, with the weights of those places`() throws {
        // The weight rises to the right and falls to the bottom; at sigma 7 the hint matters.
        let (width, height) = (Self.target.width, Self.target.height)
        let map = Tensor(
            shape: [height, width],
            values: (0..<width * height).map { place -> Float in
                Float(place % width) / 400 + Float(height - place / width) / 1200
            })
        var request = self.request(try video(quarters, frames: 1), weight: .map(map))
        request.sampler.sigmaMax = 7
        request.prompt = tiny.request(frames: 1).prompt
        let plan = try UpscalePlan(height: Self.size.height, width: Self.size.width)
        #expect(plan.targetWidth == width && plan.targetHeight == height && plan.pixels.count == 4)

        let parts = Self.corners.map {
            quarters.cropped(rows: $0.top..<$0.top + 144, columns: $0.left..<$0.left + 192)
        }
        let latents = try parts.map(latent)
        let starts = latents.map { InitialLatent(video: $0, seed: 4, sigmaMax: 7).x }
        let denoisers = try zip(latents, Self.corners).map { latent, corner in
            let cut = Tensor(
                shape: [144, 192],
                values: (0..<144).flatMap { y in
                    (0..<192).map { x in map.values[(corner.top + y) * width + corner.left + x] }
                })
            let grid = try WeightGrid(
                frames: 1, height: 144, width: 192, clipFrames: 1, tokenizer: tiny.model.tokenizer.configuration)
            let weights = try ControlWeights([("upscale", .map(cut))], grid: grid)
            let hint = ControlHint(name: "upscale", latent: latent, weight: weights.tokens()[0])
            return GuidedDenoiser(
                network: tiny.model.network,
                conditional: try tiny.model.network.prepare(
                    NetworkConditions(prompt: PromptEmbedding(text: request.prompt), hints: [hint], fps: 24),
                    size: latent.shape, pool: pool),
                unconditional: nil, guidance: Guidance(strength: 0), preconditioning: Preconditioning(),
                condition: nil, pool: pool)
        }
        func merged(_ x: [Tensor], _ sigma: Double) throws -> [Tensor] {
            plan.latents.split(plan.latents.merge(try zip(denoisers, x).map { try $0($1, sigma: sigma) }))
        }
        let first = try merged(starts, 7)
        let keep = 0.002 / 7
        let next = zip(starts, first).map { x, clean in
            Tensor(
                shape: x.shape,
                values: zip(x.values, clean.values).map { Float((1 - keep) * Double($1) + keep * Double($0)) })
        }
        let wanted = bytes(try merged(next, 0.002).map(decoded), plan.pixels)
            .resizedBicubic(to: FrameSize(width: 576, height: 432))
        let frame = try tiny.frames(request)[0]
        // The last noise level is a root's power: it may differ by its last bit.
        let worst = zip(frame.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }.max()
        #expect(frame.size == wanted.size)
        #expect(try #require(worst) <= 1)
        request.controls[0] = tiny.control("upscale", request.controls[0].video.path, .scalar(0.5))
        #expect(try tiny.frames(request)[0] != frame)
    }

    @Test func `a map of zeros gives what the number does`() throws {
        let video = try video(quarters, frames: 1)
        let zero = try tiny.frames(request(video, weight: .scalar(0)))
        #expect(try tiny.frames(request(video, weight: .map(Tensor(shape: [3, 4])))) == zero)
    }

    @Test(arguments: 0..<4) func `almost without noise a changed corner changes that corner most`(corner: Int) throws {
        let plain = try tiny.frames(request(video(quarters, frames: 1), weight: .scalar(0)))[0]
        let (down, right) = (corner / 2, corner % 2)
        var other = quarters
        for y in 144 * down + 8..<144 * down + 88 {
            for x in 192 * right + 8..<192 * right + 120 {
                for c in 0..<3 { other.pixels[3 * (y * 320 + x) + c] ^= x / 8 % 2 == y / 8 % 2 ? 0xff : 0x3f }
            }
        }
        let changed = try tiny.frames(request(video(other, frames: 1), weight: .scalar(0)))[0]
        // The outer quarter of every corner, in the result.
        let changes = (0..<4).map { place -> Int in
            var sum = 0
            for y in 332 * (place / 2)..<332 * (place / 2) + 100 {
                for x in 436 * (place % 2)..<436 * (place % 2) + 140 {
                    for c in 0..<3 {
                        let i = 3 * (y * 576 + x) + c
                        sum += abs(Int(plain.pixels[i]) - Int(changed.pixels[i]))
                    }
                }
            }
            return sum
        }
        for place in 0..<4 where place != corner { #expect(changes[corner] > 2 * changes[place], "\(changes)") }
    }

    @Test func `a second clip goes on from the first`() throws {
        let frames = try tiny.frames(request(video(quarters, frames: 2), weight: .scalar(0), frames: 10))
        #expect(frames.count == 10)
        #expect(frames.allSatisfy { $0.size == FrameSize(width: 576, height: 432) })
    }
}
