internal import Experiment
public import Tensors

/// Where in space and time a regional prompt holds (spec §1.9).
public enum RegionShape: Sendable {
    /// The union of boxes, for the whole video.
    case boxes([RegionBox])
    /// A video [T, H, W] of any size, 255 inside; tokens that are more than three quarters inside count, as in the official
    /// pipeline.
    case video(StoredTensor)
    /// The same from a segmentation; pixels above one half (of 1) are inside.
    case segmentation(StoredTensor)
}

/// A prompt for a part of the picture.
public struct RegionalPrompt: Sendable {
    public let prompt: String
    public let shape: RegionShape

    public init(prompt: String, shape: RegionShape) {
        self.prompt = prompt
        self.shape = shape
    }
}

/// Which tokens lie inside a region.
public struct RegionMap: Sendable, Equatable {
    /// t, h', w'
    public let tokens: [Int]
    /// Whether each token lies inside, in their order.
    public let inside: [Bool]

    /// Whether no token lies inside.
    public var isEmpty: Bool { !inside.contains(true) }
}

/// All regional prompts of a video, in the order in which the network takes them: regions that are given come before those
/// that a segmentation found.
public struct RegionalPrompts: Sendable {
    public let prompts: [String]
    private let grid: WeightGrid
    private let regions: [(sampler: MapSampler, threshold: Float)]

    /// Brightness of a mask video above which a pixel is inside: 0.5 on a scale of −1 to 1.
    private static let videoThreshold: Float = 191.25

    /// - Parameters:
    ///   - latents: rows and columns of the latent grid, on which regions are drawn.
    ///   - frames: frames of the whole video.
    ///   - tokens: t, h', w' of one clip.
    ///   - temporal: frames in a latent frame.
    /// - Throws: `BenchError` naming the prompt whose region is too small, of the wrong rank, or shorter than the video.
    public init(
        _ regional: [RegionalPrompt], latents: (height: Int, width: Int), frames: Int, clipFrames: Int, tokens: [Int],
        temporal: Int
    ) throws {
        grid = try WeightGrid(
            frames: frames, height: latents.height, width: latents.width, clipFrames: clipFrames, tokens: tokens,
            temporal: temporal)
        var given: [(prompt: String, sampler: MapSampler, threshold: Float)] = []
        var found: [(prompt: String, sampler: MapSampler, threshold: Float)] = []
        for (index, one) in regional.enumerated() {
            let name = "regional prompt \(index + 1)"
            switch one.shape {
            case .boxes(let boxes):
                let map = try Self.drawn(boxes, latents, name)
                given.append((one.prompt, MapSampler(map, grid: grid, frames: 1), 0.5))
            case .video(let map):
                try Self.check(map, frames: frames, name)
                given.append((one.prompt, MapSampler(map, grid: grid, frames: map.shape[0]), Self.videoThreshold))
            case .segmentation(let map):
                try Self.check(map, frames: frames, name)
                found.append((one.prompt, MapSampler(map, grid: grid, frames: map.shape[0]), 0.5))
            }
        }
        prompts = (given + found).map(\.prompt)
        regions = (given + found).map { ($0.sampler, $0.threshold) }
    }

    /// Each region's tokens in the clip that begins at frame `firstFrame`, in the order of `prompts`.
    public func maps(firstFrame: Int = 0) -> [RegionMap] {
        let maps = grid.tokens(firstFrame: firstFrame) { frame in
            regions.map { $0.sampler.samples(frame: frame) }
        }
        return zip(maps, regions).map { map, region in
            RegionMap(tokens: grid.tokens, inside: map.values.map { $0 > region.threshold })
        }
    }

    /// Boxes on the latent grid, their edges cut to whole places.
    private static func drawn(
        _ boxes: [RegionBox], _ latents: (height: Int, width: Int), _ name: String
    ) throws -> StoredTensor {
        var map = Tensor(shape: [1, latents.height, latents.width])
        for box in boxes {
            let columns = Int(box.x1 * Double(latents.width))..<Int(box.x2 * Double(latents.width))
            let rows = Int(box.y1 * Double(latents.height))..<Int(box.y2 * Double(latents.height))
            for y in rows {
                for x in columns { map.values[y * latents.width + x] = 1 }
            }
        }
        guard map.values.contains(1) else {
            throw BenchError(
                .usage,
                "the boxes of \(name) cover none of the \(latents.width)x\(latents.height) places of the latent grid; "
                    + "make them larger")
        }
        return StoredTensor(name: name, map)
    }

    private static func check(_ map: StoredTensor, frames: Int, _ name: String) throws {
        guard map.shape.count == 3, map.count > 0 else {
            throw BenchError(
                .unusableInput, "the mask of \(name) has shape \(map.shape); it must be [T, H, W], none of them 0")
        }
        guard map.shape[0] >= frames else {
            throw BenchError(
                .unusableInput,
                "the mask of \(name) has \(map.shape[0]) frames, the video \(frames); give a mask for every frame")
        }
    }
}
