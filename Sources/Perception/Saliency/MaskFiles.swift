internal import Experiment
internal import Foundation
internal import Synchronization
internal import Tensors
internal import Video

/// What a foreground mask is written as, for people and for the generator.
public enum MaskFiles {
    /// Writes a mask as a video or a folder of PNG images, white in the foreground: what `region_definitions_path` of a
    /// generation, and `--foreground` of scoring, take.
    /// - Parameters:
    ///   - source: a foreground mask of any kind that is read.
    ///   - rate: frames a second.
    /// - Returns: the number of frames.
    /// - Throws: `BenchError` 65.
    @discardableResult
    public static func writeVideo(of source: String, to path: String, rate: Double) throws -> Int {
        try unusableFilesTold {
            let reader = try ForegroundReader(path: source)
            let writer = try VideoWriter(path: path, size: reader.size, rate: rate)
            while let mask = try reader.next() {
                var white = mask
                for i in white.pixels.indices { white.pixels[i] = white.pixels[i] == 0 ? 0 : 255 }
                try writer.append(white.rgb)
            }
            try writer.finish()
            return writer.count
        }
    }

    /// Writes the weight map of a control: one number in the foreground and another in the background, as float16 of shape
    /// frames x rows x columns, the only tensor of a safetensors file. Memory holds one mask.
    /// - Parameters:
    ///   - source: a foreground mask of any kind that is read.
    ///   - foreground, background: weights, 0 or more; rounded to float16.
    /// - Throws: `BenchError` 65, when the mask is unusable; 64, when a weight is not a finite number of 0 or more.
    public static func writeWeights(
        of source: String, foreground: Double, background: Double, to path: String
    ) throws {
        for weight in [foreground, background] where !(weight >= 0 && Float16(weight).isFinite) {
            throw BenchError(.usage, "a weight is \(weight); it must be a finite number, 0 or more")
        }
        try unusableFilesTold {
            let counted = try ForegroundReader(path: source)
            var frames = 0
            while try counted.next() != nil { frames += 1 }
            guard frames > 0 else { throw BenchError(.unusableInput, "\(source) holds no mask; make it again") }
            guard !counted.isEmpty else {
                throw BenchError(
                    .unusableInput,
                    "the foreground is empty in every frame, so the weight map would hold the background's weight alone; try another --threshold or --network"
                )
            }
            let size = counted.size
            let entry = SafetensorsWriter.Entry(
                name: TensorFile.soleName, element: .float16, shape: [frames, size.height, size.width])
            let state = Mutex<(reader: ForegroundReader, frame: Int, mask: [UInt8], failure: FileError?)>(
                (try ForegroundReader(path: source), -1, [], nil))
            let halves = (Float16(background).bitPattern, Float16(foreground).bitPattern)
            // One thread fills the pieces from front to back, so that the mask is read once.
            try SafetensorsWriter.write([entry], to: path) { _, range, bytes in
                let out = bytes.bindMemory(to: UInt16.self)
                state.withLock { state in
                    for i in range {
                        if i / size.pixels != state.frame {
                            state.frame = i / size.pixels
                            do throws(FileError) { state.mask = try state.reader.next()?.pixels ?? [] } catch {
                                state.failure = error
                            }
                            if state.mask.count != size.pixels {
                                state.mask = [UInt8](repeating: 0, count: size.pixels)
                            }
                        }
                        out[i - range.lowerBound] = state.mask[i % size.pixels] == 0 ? halves.0 : halves.1
                    }
                }
            }
            if let failure = state.withLock({ $0.failure }) {
                try? FileManager.default.removeItem(atPath: path)
                throw failure
            }
        }
    }
}
