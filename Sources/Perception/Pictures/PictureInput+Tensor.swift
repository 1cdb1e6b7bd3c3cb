public import Experiment
public import Video

extension PictureInput {
    /// The input of one frame, 1 x 3 x rows x columns.
    /// - Throws: `BenchError` 65, when the network cannot take a frame of this size.
    public func tensor(of frame: Frame) throws(BenchError) -> NetworkTensor { try tensor(of: [frame]) }

    /// The input of frames of one size, frames x 3 x rows x columns.
    /// - Throws: `BenchError` 65, when the network cannot take frames of this size.
    public func tensor(of frames: [Frame]) throws(BenchError) -> NetworkTensor {
        guard let first = frames.first else { return NetworkTensor(shape: [0, 3, 0, 0], []) }
        guard let target = size.target(of: first.size) else {
            throw BenchError(
                .unusableInput,
                "a frame of \(first.size) does not fit the network, which takes \(size.words); resize the video")
        }
        var canvas = target
        if case .longSide(let length, true) = size { canvas = FrameSize(width: length, height: length) }
        guard canvas.pixels <= PictureInput.mostPixels / frames.count else {
            throw BenchError(
                .unusableInput,
                "the network's card asks for frames of \(canvas), which is more than is read; mend 'input.size' there")
        }
        var values = [Float](repeating: 0, count: frames.count * 3 * canvas.pixels)
        for (index, frame) in frames.enumerated() {
            let start = index * 3 * canvas.pixels
            values.withUnsafeMutableBufferPointer { buffer in
                let planes = UnsafeMutableBufferPointer(rebasing: buffer[start...])
                if filter == .bicubic {
                    write(frame.resizedLevels(to: target, .bicubic), target, on: canvas, to: planes)
                } else {
                    write(resized(frame, to: target), on: canvas, to: planes)
                }
            }
        }
        return NetworkTensor(shape: [frames.count, 3, canvas.height, canvas.width], values)
    }

    private func resized(_ frame: Frame, to size: FrameSize) -> Frame {
        switch filter {
        case .nearest: frame.resized(to: size, .nearest)
        case .bilinear: frame.resized(to: size, .bilinear)
        case .area: frame.resized(to: size, .area)
        case .bicubic: frame.resized(to: size, .bicubic)
        case .lanczos: frame.resized(to: size, like: .lanczos)
        case .pillowBicubic: frame.resized(to: size, like: .bicubic)
        case .pillowBilinear: frame.resized(to: size, like: .bilinear)
        }
    }

    /// Writes levels that are not whole numbers.
    private func write(
        _ levels: [Float], _ size: FrameSize, on canvas: FrameSize, to plane: UnsafeMutableBufferPointer<Float>
    ) {
        let divisor = divisor(of: levels.max() ?? 0)
        let offset: Float = scale == .signed ? 1 : 0
        for channel in 0..<3 {
            let source = colour == .rgb ? channel : 2 - channel
            let (mean, std) = (mean[channel], std[channel])
            for y in 0..<size.height {
                let row = (channel * canvas.height + y) * canvas.width
                for x in 0..<size.width {
                    plane[row + x] = (levels[3 * (y * size.width + x) + source] / divisor - offset - mean) / std
                }
            }
        }
    }

    /// What levels are divided by.
    private func divisor(of peak: Float) -> Float {
        switch scale {
        case .byte: 1
        case .unit: 255
        case .signed: 127.5
        case .peak: max(1, peak)
        }
    }

    private func write(_ frame: Frame, on canvas: FrameSize, to plane: UnsafeMutableBufferPointer<Float>) {
        let divisor = divisor(of: Float(frame.pixels.max() ?? 0))
        let offset: Float = scale == .signed ? 1 : 0
        for channel in 0..<3 {
            let source = colour == .rgb ? channel : 2 - channel
            let (mean, std) = (mean[channel], std[channel])
            // A byte has 256 values: each is normalised once, as the reference does it.
            let table = (0...255).map { (Float($0) / divisor - offset - mean) / std }
            for y in 0..<frame.height {
                let row = (channel * canvas.height + y) * canvas.width
                for x in 0..<frame.width {
                    plane[row + x] = table[Int(frame.pixels[3 * (y * frame.width + x) + source])]
                }
            }
        }
    }
}
