public import ArgumentParser
import CosmosTransfer
import Experiment
import Foundation
import Tensors
public import Video

extension ControlStrength: ExpressibleByArgument {}

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a video from controls, as an official controlnet_specs JSON file says.",
        discussion: """
            Example: transferbench generate spec.json --weights DIR --out result.mp4

            SPEC names the controls vis, edge, depth, seg, keypoint, upscale, hdmap, lidar, each with input_control (a video, \
            or a folder of pictures) and control_weight (a number, or a .pt, .safetensors or .npy map over rows and \
            columns, or frames, rows and columns). vis and edge without input_control are made from input_video_path. Other \
            keys are options of this command by their official names; the command line goes before the file. Weights above a \
            sum of 1 are divided by it. Runs on the CPU; 'transferbench models inspect' estimates the work.

            Without a negative prompt, guidance leads away from no text at all.

            --tensors writes, and --latents takes, tensors by these names; C is a clip, from 0:

              text, text.negative      [1, M, width]: the prompts' embeddings
              clip.C.noise             [1, channels, t, h, w]: the seed's normal numbers
              clip.C.initial           the same shape: the noisy latent at the start
              clip.C.final             the same shape: the clean latent at the end
              clip.C.hint.CONTROL      the same shape: the encoded control video
              clip.C.weight.CONTROL    [t, h/2, w/2]: its weight at every token

            Latents and hints are scaled as the network takes them. Any of them may be missing. A final latent is decoded \
            as it is; without it the sampler begins with the initial latent, without that with the noise. Weights are used \
            as they are, not divided by their sum.
            """)

    @Argument(help: ArgumentHelp("The controlnet_specs file.", valueName: "spec.json"), completion: .file())
    var spec: String
    @Option(help: ArgumentHelp("Folder of the model's weights.", valueName: "dir"), completion: .directory)
    var weights: String
    @Option(
        help: ArgumentHelp(
            "The result: .mp4, .mkv (lossless), or a folder of PNG images; of a batch DIR/result.mp4 becomes DIR/video_N/result.mp4, a folder DIR/video_N. (default: as the specification says, or outputs/output.mp4)",
            valueName: "path"), completion: .file())
    var out: String?

    @Option(help: ArgumentHelp("What the video shows.", valueName: "text"))
    var prompt: String?
    @Option(help: ArgumentHelp("What to lead away from.", valueName: "text"))
    var negativePrompt: String?
    @Option(
        help: ArgumentHelp(
            "Embedding of the prompt, in place of the text encoder: .safetensors, .npy.", valueName: "file"))
    var promptEmbedding: String?
    @Option(help: ArgumentHelp("Embedding of the negative prompt.", valueName: "file"))
    var negativePromptEmbedding: String?
    @Option(help: ArgumentHelp("The video that noise is added to.", valueName: "path"), completion: .file())
    var inputVideo: String?

    @Option(
        help: ArgumentHelp("Seed of the noise, 0 to 4294967295; clip i of a long video uses seed + i.", valueName: "n"))
    var seed: UInt32?
    @Option(help: ArgumentHelp("Steps of the sampler.", valueName: "n"))
    var steps: Int?
    @Option(help: ArgumentHelp("Strength of guidance: x0 = c + g (c - u).", valueName: "g"))
    var guidance: Double?
    @Option(help: ArgumentHelp("Noise level at the start, with an input video.", valueName: "sigma"))
    var sigmaMax: Double?
    @Option(help: ArgumentHelp("Frames a second.", valueName: "n"))
    var fps: Double?
    @Option(help: ArgumentHelp("Frames of the result at most. (default: the shortest video's)", valueName: "n"))
    var numFrames: Int?
    @Option(help: ArgumentHelp("Frames of one clip, 1 and a multiple of 8. (default: the model's)", valueName: "n"))
    var clipFrames: Int?
    @Option(
        help: ArgumentHelp(
            "Working size, as 1280x704. (default: the published size nearest in shape to the first control's video, else to the input's; with a model of another size that video's own where it works, else the model's)",
            valueName: "WxH"))
    var size: FrameSizeArgument?
    @Option(help: ArgumentHelp("Blur of the vis control made here.", valueName: "preset"))
    var blurStrength: ControlStrength?
    @Option(help: ArgumentHelp("Thresholds of the edge control made here.", valueName: "preset"))
    var cannyThreshold: ControlStrength?
    @Flag(help: "One step with the distilled edge model.")
    var useDistilled = false
    @Flag(help: "The model is the driving variant, Sample-AV.")
    var isAvSample = false
    @Flag(
        help: "Treat weights, rotary angles and the latent's border as the official pipeline does, oddities included.")
    var parity = false
    @Option(
        help: ArgumentHelp("Write what the video is made from and ends in, as tensors.", valueName: "file.safetensors"),
        completion: .file())
    var tensors: String?
    @Option(
        help: ArgumentHelp("Take tensors of such a file in place of what would be computed.", valueName: "file"),
        completion: .file())
    var latents: String?
    @OptionGroup var engine: EngineOptions

    func validate() throws {
        for (name, value) in [("--steps", steps), ("--num-frames", numFrames), ("--clip-frames", clipFrames)] {
            if let value, !(1...1_000_000).contains(value) {
                throw ValidationError("\(name) is \(value): give a number from 1 to 1000000")
            }
        }
        if let guidance, !(0...1000).contains(guidance) {
            throw ValidationError("--guidance is \(guidance): give a number from 0 (no guidance) to 1000, as 7")
        }
        for (name, value) in [("--sigma-max", sigmaMax), ("--fps", fps)] {
            if let value, !(value > 0 && value <= 1000) {
                throw ValidationError("\(name) is \(value): give a number above 0, up to 1000")
            }
        }
    }

    func run() throws {
        let pool = engine.pool
        let specs = try GenerationSpec.read(path: spec, overrides: overrides)
        guard specs.allSatisfy({ $0.batchLine == nil }) || (promptEmbedding == nil && negativePromptEmbedding == nil)
        else {
            throw BenchError(
                .usage, "an embedding stands for one prompt; leave it out for a batch, or run its lines one by one")
        }
        let given = try latents.map { path in
            try GenerationTensors(usableInput { try TensorFile.read(path: path) }, file: path)
        }
        guard specs.allSatisfy({ $0.batchLine == nil }) || (tensors == nil && given == nil) else {
            throw BenchError(
                .usage,
                "--tensors and --latents are those of one video; leave them out for a batch, or run its lines one by one"
            )
        }
        guard tensors == nil || !specs[0].controls.contains(where: { $0.kind == .upscale }) else {
            throw BenchError(
                .usage, "the control 'upscale' works in patches, which have latents of their own; leave --tensors out")
        }
        let tensorFile = try tensors.map { try OutputPath.resolved($0, inputs: [spec] + inputs(of: specs[0])) }
        let setup = GenerationSetup(try WeightsFolder(path: weights), options: options(given), pool: pool)
        Interrupt.install("stopped; the unfinished video was not kept")
        let videos = try usableInput { try specs.map { try plan($0, setup) } }
        var told: Set<String> = []
        for note in videos.flatMap(\.notes) where told.insert(note).inserted { Terminal.note("Note: \(note)") }
        try usableInput { try rehearse(videos) }
        try engine.measure("generation") {
            try usableInput {
                let generator = VideoGenerator(try setup.model(for: specs), pool: pool)
                // What is wrong with the last video is said before the first one is made.
                let requests = try videos.map {
                    try setup.request(for: $0.spec, $0.outline, model: generator.model)
                }
                for request in requests { try generator.check(request) }
                for warning in Set(requests.flatMap(\.warnings)).sorted() { Terminal.note("Note: \(warning)") }
                for (video, request) in zip(videos, requests) {
                    try make(video, request, generator, tensorFile: tensorFile)
                }
            }
        }
    }

    /// A video that is going to be made.
    private struct PlannedVideo {
        let spec: GenerationSpec
        let outline: VideoOutline
        let path: String
        let size: FrameSize
        let rate: Double
        let notes: [String]
    }

    private func plan(_ spec: GenerationSpec, _ setup: GenerationSetup) throws -> PlannedVideo {
        let outline = try setup.outline(of: spec)
        let place = spec.batchLine.map { "line \($0 + 1): " } ?? ""
        return PlannedVideo(
            spec: spec, outline: outline, path: try destination(spec), size: try setup.resultSize(of: spec, outline),
            rate: setup.rate(of: spec),
            notes: spec.warnings + (outline.notes + (try setup.notes(on: spec))).map { place + $0 })
    }

    /// Sees that the videos can be written, before hours of work on them.
    private func rehearse(_ videos: [PlannedVideo]) throws {
        for alike in Dictionary(grouping: videos, by: \.size).values {
            let frames = alike.map(\.outline.frames).max() ?? 1
            try VideoRehearsal(alike.map(\.path), size: alike[0].size, rate: alike[0].rate, frames: frames).run()
        }
    }

    private func make(
        _ video: PlannedVideo, _ request: GenerationRequest, _ generator: VideoGenerator, tensorFile: String?
    ) throws {
        let path = video.path
        let writer = try VideoWriter(path: path, size: video.size, rate: video.rate)
        let clips = VideoGenerator.clips(frames: request.frames, clipFrames: request.clipFrames)
        let names = request.controls.map(\.name).joined(separator: ", ")
        Terminal.note(
            "\(path): \(count(request.frames, "frame")) of \(writer.size) in \(count(clips, "clip")), controls \(names), "
                + "seed \(request.seed)")
        let bar = ProgressBar(total: 0, unit: "step")
        var total = 0
        var seen: [String: Tensor] = [:]
        try generator.run(
            request,
            progress: { progress in
                if total == 0 { bar.expect(progress.total) }
                total = progress.total
                bar.step()
            }, observe: tensorFile == nil ? nil : { seen[$0] = $1 }, emit: { try writer.append($0) })
        bar.finish()
        try writer.finish()
        if out == nil { try keepPrompt(of: video.spec, beside: path) }
        Terminal.note("Wrote \(path)")
        if let tensorFile {
            try SafetensorsWriter.write(seen, to: tensorFile)
            Terminal.note("Wrote \(tensorFile) (\(count(seen.count, "tensor")))")
        }
    }

    /// The prompt beside a video at its official place, as the official tool writes it (spec §7.5).
    private func keepPrompt(of spec: GenerationSpec, beside path: String) throws {
        let file =
            spec.batchLine != nil
            ? URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("prompt.txt")
            : URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("txt")
        do { try Data(spec.prompt.utf8).write(to: file) } catch {
            throw BenchError(.missing, "\(file.path): cannot be written; check the folder and the free space")
        }
    }

    private func count(_ n: Int, _ what: String) -> String { "\(n) \(what)\(n == 1 ? "" : "s")" }

    /// Where a result goes. Those of a batch have a folder each: the specification's folder and name tell them apart already,
    /// `--out` does not. In a folder of PNG images it is a folder of images.
    private func destination(_ spec: GenerationSpec) throws -> String {
        var result = out ?? "\(spec.saveFolder)/\(spec.saveName).mp4"
        if let out, let line = spec.batchLine {
            let url = URL(fileURLWithPath: out)
            result =
                url.pathExtension.isEmpty || out.hasSuffix("/")
                ? url.path + "/video_\(line)/"
                : url.deletingLastPathComponent().path + "/video_\(line)/" + url.lastPathComponent
        }
        let folder = URL(fileURLWithPath: result).deletingLastPathComponent()
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw BenchError(.missing, "\(folder.path): cannot be made; check its name and permissions")
        }
        return try OutputPath.resolved(result, inputs: [self.spec] + inputs(of: spec))
    }

    /// The files and folders that a specification names.
    private func inputs(of spec: GenerationSpec) -> [String] {
        var paths = [spec.inputVideo, promptEmbedding, negativePromptEmbedding, latents].compactMap { $0 } + [weights]
        for control in spec.controls {
            if case .video(let path) = control.source { paths.append(path) }
            if case .file(let path) = control.weight { paths.append(path) }
        }
        for case .video(let path) in spec.regions.flatMap(\.definitions) { paths.append(path) }
        return paths
    }

    private func options(_ given: GenerationTensors?) -> GenerationSetup.Options {
        var options = GenerationSetup.Options()
        options.frames = numFrames
        options.clipFrames = clipFrames
        options.size = size?.value
        options.promptEmbedding = promptEmbedding
        options.negativePromptEmbedding = negativePromptEmbedding
        options.given = given
        options.isOfficial = parity
        return options
    }

    private var overrides: GenerationSpec.Overrides {
        var overrides = GenerationSpec.Overrides()
        overrides.prompt = prompt
        overrides.negativePrompt = negativePrompt
        overrides.inputVideo = inputVideo
        overrides.sigmaMax = sigmaMax
        overrides.guidance = guidance
        overrides.steps = steps
        overrides.fps = fps
        overrides.seed = seed
        overrides.blurStrength = blurStrength
        overrides.cannyThreshold = cannyThreshold
        overrides.isSampleAV = isAvSample ? true : nil
        overrides.isDistilled = useDistilled ? true : nil
        overrides.checkpointFolder = weights
        return overrides
    }
}

/// A size as a person writes it: 1280x704.
struct FrameSizeArgument: ExpressibleByArgument {
    let value: FrameSize

    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1], (1...16_384).contains(width),
            (1...16_384).contains(height)
        else { return nil }
        value = FrameSize(width: width, height: height)
    }
}
