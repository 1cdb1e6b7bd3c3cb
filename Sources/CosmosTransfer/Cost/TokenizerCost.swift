/// Floating-point operations of the tokenizer for one clip (spec §8.2): 2 a multiply-add.
public struct TokenizerCost: Sendable, Equatable {
    /// Convolutions of the encoder and of the decoder.
    public let encode, decode: Double
    /// Attention of either one's middle, projections left out.
    public let attention: Double
    /// Numbers of the largest tensor of encoder and decoder, when a clip is not cut.
    public let largestEncoderTensor, largestDecoderTensor: Double

    init(_ sizes: TokenizerConfiguration, frames: Int, height: Int, width: Int) {
        let edge = sizes.patch
        let patched = Grid(frames: (frames - 1) / edge + 1, rows: height / edge, columns: width / edge)
        let widths = sizes.multipliers.map { sizes.channels * $0 }

        var encoder = Tally()
        var grid = patched
        var inputs = sizes.channels
        encoder.factorised(sizes.patchChannels, inputs, grid)
        for (level, outputs) in widths.enumerated() {
            for _ in 0..<sizes.resBlocks {
                encoder.residual(inputs, outputs, grid)
                inputs = outputs
            }
            let (space, time) = sizes.downsampling(level: level)
            if space {
                grid = Grid(frames: grid.frames, rows: grid.rows / 2, columns: grid.columns / 2)
                encoder.convolution(inputs, inputs, 9, grid)
            }
            if time {
                grid = Grid(frames: (grid.frames + 1) / 2, rows: grid.rows, columns: grid.columns)
                encoder.convolution(inputs, inputs, 3, grid)
            }
            if space || time { encoder.convolution(inputs, inputs, 1, grid) }
        }
        encoder.middle(inputs, grid)
        encoder.factorised(inputs, sizes.zChannels, grid)
        encoder.convolution(sizes.zChannels, sizes.latentChannels, 1, grid)

        var decoder = Tally()
        decoder.convolution(sizes.latentChannels, sizes.zChannels, 1, grid)
        decoder.factorised(sizes.zChannels, inputs, grid)
        decoder.middle(inputs, grid)
        for (level, outputs) in widths.enumerated().reversed() {
            for _ in 0...sizes.resBlocks {
                decoder.residual(inputs, outputs, grid)
                inputs = outputs
            }
            let (space, time) = sizes.upsampling(level: level)
            if time {
                grid = Grid(frames: max(1, 2 * grid.frames - 1), rows: grid.rows, columns: grid.columns)
                decoder.convolution(inputs, inputs, 3, grid)
            }
            if space {
                grid = Grid(frames: grid.frames, rows: 2 * grid.rows, columns: 2 * grid.columns)
                decoder.convolution(inputs, inputs, 9, grid)
            }
            if space || time { decoder.convolution(inputs, inputs, 1, grid) }
        }
        decoder.factorised(inputs, sizes.patchChannels, grid)

        encode = encoder.convolutions
        decode = decoder.convolutions
        attention = encoder.attention
        largestEncoderTensor = encoder.largest
        largestDecoderTensor = decoder.largest
    }

    private struct Grid {
        let frames, rows, columns: Int
        var positions: Double { Double(frames) * Double(rows) * Double(columns) }
    }

    private struct Tally {
        var convolutions = 0.0
        var attention = 0.0
        var largest = 0.0

        mutating func convolution(_ inputs: Int, _ outputs: Int, _ taps: Int, _ grid: Grid) {
            convolutions += 2 * Double(inputs * outputs * taps) * grid.positions
            largest = max(largest, Double(max(inputs, outputs)) * grid.positions)
        }

        mutating func factorised(_ inputs: Int, _ outputs: Int, _ grid: Grid) {
            convolution(inputs, outputs, 9, grid)
            convolution(outputs, outputs, 3, grid)
        }

        mutating func residual(_ inputs: Int, _ outputs: Int, _ grid: Grid) {
            factorised(inputs, outputs, grid)
            factorised(outputs, outputs, grid)
            if inputs != outputs { convolution(inputs, outputs, 1, grid) }
        }

        mutating func middle(_ width: Int, _ grid: Grid) {
            residual(width, width, grid)
            residual(width, width, grid)
            for _ in 0..<8 { convolution(width, width, 1, grid) }
            let (frames, places) = (Double(grid.frames), Double(grid.rows) * Double(grid.columns))
            attention += 4 * Double(width) * frames * places * (places + frames)
        }
    }
}
