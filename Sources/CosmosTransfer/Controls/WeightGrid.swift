internal import Experiment
internal import Tensors

/// The pixels that weight maps are given for and the tokens that they are resampled to (spec §1.5).
public struct WeightGrid: Sendable, Equatable {
    /// Frames of the whole video, before any padding.
    public let frames: Int
    /// Rows and columns of the video that maps are laid over.
    public let height, width: Int
    /// Frames of one clip.
    public let clipFrames: Int
    /// Tokens of one clip: t, h', w'.
    public let tokens: [Int]
    let time, rows, columns: LinearTaps

    /// - Parameters:
    ///   - temporal: frames in a latent frame.
    ///   - window: the pixels that the tokens cover, where they are a patch of the video; nil for all.
    /// - Throws: `BenchError` when a clip's frames are not `temporal·(t−1)+1` or t.
    public init(
        frames: Int, height: Int, width: Int, clipFrames: Int, tokens: [Int], temporal: Int,
        window: (rows: Range<Int>, columns: Range<Int>)? = nil
    ) throws {
        precondition(tokens.count == 3 && tokens.allSatisfy { $0 > 0 } && frames > 0 && height > 0 && width > 0)
        guard clipFrames == temporal * (tokens[0] - 1) + 1 || clipFrames == tokens[0] else {
            throw BenchError(
                .unusableInput,
                "weight maps of \(clipFrames) frames do not fit \(tokens[0]) latent frames; give "
                    + "\(temporal * (tokens[0] - 1) + 1) or \(tokens[0]) frames")
        }
        (self.frames, self.height, self.width) = (frames, height, width)
        (self.clipFrames, self.tokens) = (clipFrames, tokens)
        let (down, across) = (window?.rows ?? 0..<height, window?.columns ?? 0..<width)
        precondition(down.upperBound <= height && across.upperBound <= width)
        time = LinearTaps(clipOf: clipFrames, to: tokens[0])
        rows = LinearTaps(from: down.count, to: tokens[1], first: down.lowerBound)
        columns = LinearTaps(from: across.count, to: tokens[2], first: across.lowerBound)
    }

    /// The grid of a video that a model generates.
    /// - Throws: `BenchError` when the size is not a whole number of tokens.
    public init(
        frames: Int, height: Int, width: Int, clipFrames: Int, tokenizer: TokenizerConfiguration,
        patch: [Int] = TransformerConfiguration().patch
    ) throws {
        let (spatial, temporal) = (tokenizer.spatialCompression, tokenizer.temporalCompression)
        let (down, across) = (spatial * patch[1], spatial * patch[2])
        guard height > 0, width > 0, clipFrames > 0, height % down == 0, width % across == 0,
            (clipFrames - 1) % (temporal * patch[0]) == 0
        else {
            throw BenchError(
                .usage,
                "a clip of \(clipFrames) frames of \(width)x\(height) is not a whole number of tokens; the width must be "
                    + "a multiple of \(across), the height of \(down), the frames 1 and a multiple of "
                    + "\(temporal * patch[0])")
        }
        try self.init(
            frames: frames, height: height, width: width, clipFrames: clipFrames,
            tokens: [(clipFrames - 1) / (temporal * patch[0]) + 1, height / down, width / across],
            temporal: temporal * patch[0])
    }

    /// Maps at the tokens of the clip that begins at frame `firstFrame`, [1, t, h', w'] each.
    /// - Parameter samples: for a frame of the clip: every map at the pixels that tokens are made of, rows and columns
    ///   twice as many as tokens.
    func tokens(firstFrame: Int, samples: (_ frame: Int) throws -> [[Float]]) rethrows -> [Tensor] {
        let plane = tokens[1] * tokens[2]
        var maps: [Tensor] = []
        for (u, tap) in time.taps.enumerated() {
            let low = try samples(firstFrame + tap.low).map(atTokens)
            let high =
                tap.fraction == 0 || tap.high == tap.low ? low : try samples(firstFrame + tap.high).map(atTokens)
            if maps.isEmpty { maps = low.map { _ in Tensor(shape: [1] + tokens) } }
            for map in maps.indices {
                for i in 0..<plane { maps[map].values[u * plane + i] = lerp(low[map][i], high[map][i], tap.fraction) }
            }
        }
        return maps
    }

    private func atTokens(_ samples: [Float]) -> [Float] {
        let stride = tokens[2] * 2
        return rows.taps.indices.flatMap { y in
            columns.taps.indices.map { x in
                let (place, across) = (2 * y * stride + 2 * x, columns.taps[x].fraction)
                return lerp(
                    lerp(samples[place], samples[place + 1], across),
                    lerp(samples[place + stride], samples[place + stride + 1], across), rows.taps[y].fraction)
            }
        }
    }
}

/// A map at the pixels that a grid's tokens are made of. Only those are computed: one in sixty-four of a 7B model's.
struct MapSampler: Sendable {
    private let map: StoredTensor
    private let time, rows, columns: LinearTaps
    private let last: Int

    /// - Parameters:
    ///   - map: [T, H, W], any size.
    ///   - frames: the number of frames that the map is resized to; later frames get the last one's.
    init(_ map: StoredTensor, grid: WeightGrid, frames: Int) {
        precondition(map.shape.count == 3 && map.count > 0)
        self.map = map
        last = frames - 1
        time = LinearTaps(from: map.shape[0], to: frames)
        func needed(_ resized: LinearTaps, _ tokens: LinearTaps) -> LinearTaps {
            resized.keeping(tokens.taps.flatMap { [$0.low, $0.high] })
        }
        rows = needed(LinearTaps(from: map.shape[1], to: grid.height), grid.rows)
        columns = needed(LinearTaps(from: map.shape[2], to: grid.width), grid.columns)
    }

    /// The samples at a frame of the video, none below 0: two rows for every row of tokens, two columns for every column.
    func samples(frame: Int) -> [Float] {
        let tap = time.taps[min(frame, last)]
        var values = plane(tap.low)
        if tap.fraction != 0, tap.high != tap.low {
            values = zip(values, plane(tap.high)).map { lerp($0, $1, tap.fraction) }
        }
        return values.map { max(0, $0) }
    }

    private func plane(_ frame: Int) -> [Float] {
        var known: [Int: [Float]] = [:]
        func row(_ index: Int) -> [Float] {
            if let row = known[index] { return row }
            let width = map.shape[2]
            let start = (frame * map.shape[1] + index) * width
            let values = [Float](unsafeUninitializedCapacity: width) { buffer, filled in
                if let base = buffer.baseAddress { map.widen(start..<start + width, into: base) }
                filled = width
            }
            let row = columns.taps.map { lerp(values[$0.low], values[$0.high], $0.fraction) }
            known = known.count < 4 ? known : [:]
            known[index] = row
            return row
        }
        return rows.taps.flatMap { tap in
            let low = row(tap.low)
            return tap.fraction == 0 ? low : zip(low, row(tap.high)).map { lerp($0, $1, tap.fraction) }
        }
    }
}
