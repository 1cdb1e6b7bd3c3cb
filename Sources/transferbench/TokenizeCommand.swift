import ArgumentParser
import CosmosTransfer
import Experiment
import Foundation
import Tensors
import Video

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Take a clip through one half of the video tokenizer.",
        discussion: """
            Tensors are called frames [B, 3, T, H, W] in -1...1 and latent [B, z, t, h, w], and what decoding makes is called \
            decoded. Latents are those of the encoder, before the network's scaling by their statistics. A clip has 1 + 8k \
            frames, whose width and height are multiples of 8 (of the model's compression).
            """,
        subcommands: [Encode.self, Decode.self])

    struct Encode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make latents of frames.",
            discussion: """
                Example: transferbench tokenize encode --weights DIR --inputs frames.safetensors --output latent.safetensors
                Example: transferbench tokenize encode --weights DIR --video in.mp4 --output latent.safetensors
                """)

        @Option(help: ArgumentHelp("Folder of the model's weights.", valueName: "dir"), completion: .directory)
        var weights: String
        @Option(
            help: ArgumentHelp("Raw tensor frames: .safetensors, .npy, .pt.", valueName: "file"), completion: .file())
        var inputs: String?
        @Option(help: ArgumentHelp("A video, or a folder of pictures.", valueName: "path"), completion: .file())
        var video: String?
        @Option(
            help: ArgumentHelp(
                "Encode so many frames of the video. (default: all that make whole latent frames)", valueName: "n"))
        var numFrames: Int?
        @Option(help: ArgumentHelp("Where latent goes.", valueName: "file.safetensors"), completion: .file())
        var output: String
        @OptionGroup var engine: EngineOptions

        func validate() throws {
            guard (inputs == nil) != (video == nil) else {
                throw ValidationError("give either --inputs or --video")
            }
            if numFrames != nil, video == nil { throw ValidationError("--num-frames goes with --video") }
            if let numFrames, numFrames < 1 { throw ValidationError("--num-frames is \(numFrames): give 1 or more") }
        }

        func run() throws {
            let output = try OutputPath.resolved(output, inputs: [inputs, video].compactMap { $0 })
            Interrupt.install("interrupted; the result is not written")
            let tokenizer = try VideoTokenizer(WeightsFolder(path: weights), .encoder)
            let latent: Tensor
            if let video {
                latent = try engine.measure("encode") { try encode(video: video, tokenizer) }
            } else {
                let frames = try tensor("frames", in: inputs ?? "")
                latent = try engine.measure("encode") { try tokenizer.encode(frames: frames, pool: engine.pool) }
            }
            try usableInput { try SafetensorsWriter.write(["latent": latent], to: output) }
            Terminal.note("Wrote \(output) (latent \(latent.shape))")
        }

        /// Latent frame by latent frame: no more of the video is in memory than that.
        private func encode(video: String, _ tokenizer: VideoTokenizer) throws -> Tensor {
            let reader = try usableInput { try openFrames(video) }
            let stream = try EncodingStream(
                tokenizer, height: reader.size.height, width: reader.size.width, pool: engine.pool)
            var parts: [Tensor] = []
            var (done, left) = (0, 0)
            while done < numFrames ?? .max {
                var frames: [Frame] = []
                while frames.count < stream.nextFrames, done + frames.count < numFrames ?? .max,
                    let frame = try usableInput({ try reader.next() })
                {
                    frames.append(frame)
                }
                left = frames.count
                guard left == stream.nextFrames else { break }
                parts.append(try stream.push(Frame.tensor(of: frames)))
                (done, left) = (done + left, 0)
            }
            if left > 0 || numFrames ?? done > done {
                let note = "\(video): \(done + left) frames, of which \(done) make whole latent frames"
                guard numFrames == nil else { throw BenchError(.unusableInput, note + "; give such a --num-frames") }
                Terminal.note(note)
            }
            for warning in reader.warnings { Terminal.note("warning: \(warning)") }
            guard let first = parts.first else { throw BenchError(.unusableInput, "\(video): has no frames") }
            var latent = Tensor(shape: [1, first.shape[0], parts.count] + first.shape[2...])
            for (t, part) in parts.enumerated() { latent.put(part, sample: 0, from: t) }
            return latent
        }
    }

    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make frames of latents.",
            discussion: """
                Example: transferbench tokenize decode --weights DIR --inputs latent.safetensors --output out.safetensors
                Example: transferbench tokenize decode --weights DIR --inputs latent.safetensors --output out.mp4

                A video is written latent frame by latent frame and has 8-bit frames, cut to the range, not rounded.
                """)

        @Option(help: ArgumentHelp("Folder of the model's weights.", valueName: "dir"), completion: .directory)
        var weights: String
        @Option(
            help: ArgumentHelp("Raw tensor latent: .safetensors, .npy, .pt.", valueName: "file"), completion: .file())
        var inputs: String
        @Option(
            help: ArgumentHelp(
                "Where the result goes: decoded in .safetensors, or .mp4, .mkv, or a folder of PNG images.",
                valueName: "path"),
            completion: .file())
        var output: String
        @Option(help: ArgumentHelp("Frames a second of a video.", valueName: "n"))
        var fps = 24.0
        @OptionGroup var engine: EngineOptions

        func run() throws {
            let output = try OutputPath.resolved(output, inputs: [inputs])
            Interrupt.install("interrupted; the result is not written")
            let tokenizer = try VideoTokenizer(WeightsFolder(path: weights), .decoder)
            let latent = try tensor("latent", in: inputs)
            guard output.hasSuffix(".safetensors") else {
                let frames = try engine.measure("decode") { try write(latent, tokenizer, to: output) }
                return Terminal.note("Wrote \(output) (\(frames) frames)")
            }
            let decoded = try engine.measure("decode") { try tokenizer.decode(latents: latent, pool: engine.pool) }
            try usableInput { try SafetensorsWriter.write(["decoded": decoded], to: output) }
            Terminal.note("Wrote \(output) (decoded \(decoded.shape))")
        }

        /// - Returns: the number of frames.
        private func write(_ latent: Tensor, _ tokenizer: VideoTokenizer, to output: String) throws -> Int {
            let shape = latent.shape
            guard shape.count == 5, shape[0] == 1, !shape.contains(0) else {
                throw BenchError(
                    .unusableInput, "\(inputs): latent has the shape \(shape); a video is made of [1, z, t, h, w]")
            }
            let stream = try DecodingStream(tokenizer, height: shape[3], width: shape[4], pool: engine.pool)
            let ratio = tokenizer.configuration.spatialCompression
            let size = FrameSize(width: shape[4] * ratio, height: shape[3] * ratio)
            let frames = 1 + (shape[2] - 1) * tokenizer.configuration.temporalCompression
            try usableInput { try VideoRehearsal([output], size: size, rate: fps, frames: frames).run() }
            let writer = try usableInput { try VideoWriter(path: output, size: size, rate: fps) }
            for t in 0..<shape[2] {
                let part = latent.part(sample: 0, frames: t..<t + 1)
                let decoded = try stream.push(part, isLast: t == shape[2] - 1)
                for frame in Frame.frames(of: decoded) { try usableInput { try writer.append(frame) } }
            }
            try usableInput { try writer.finish() }
            return writer.count
        }
    }
}

/// A tensor of a file by its name, or the only one of a file whose tensors have none.
private func tensor(_ name: String, in path: String) throws -> Tensor {
    let tensors = try usableInput { try TensorFile.read(path: path) }
    guard let tensor = tensors[name] ?? (tensors.count == 1 ? tensors[TensorFile.soleName] : nil) else {
        throw BenchError(
            .unusableInput, "\(path): holds no tensor '\(name)', but \(tensors.keys.sorted().joined(separator: ", "))")
    }
    guard tensor.count <= mostNumbers else {
        throw BenchError(
            .unusableInput, "\(path): \(name) has \(tensor.count) numbers, more than the \(mostNumbers) taken at once")
    }
    return tensor.tensor()
}

/// 8 GiB of float32.
private let mostNumbers = 1 << 31
