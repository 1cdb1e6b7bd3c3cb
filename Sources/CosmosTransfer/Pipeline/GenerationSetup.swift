internal import Experiment
public import Tensors
public import Video

/// Turns specifications into work for the generator: loads what they need from a weights folder, encodes prompts, and looks
/// at the videos they name.
public struct GenerationSetup: Sendable {
    /// What the command line may say beyond the specification.
    public struct Options: Sendable {
        /// Frames of the result at most; nil for as many as the shortest video has.
        public var frames: Int?
        /// Frames of a clip; nil for the model's.
        public var clipFrames: Int?
        /// The working size; nil for the one that fits the videos.
        public var size: FrameSize?
        /// Embeddings made elsewhere, in place of the text encoder.
        public var promptEmbedding: String?
        public var negativePromptEmbedding: String?
        /// Tensors in place of what would be computed.
        public var given: GenerationTensors?
        /// Treat weights, rotary angles and the latent's border as the official pipeline does.
        public var isOfficial = false

        public init() {}
    }

    private let folder: WeightsFolder
    private let options: Options
    private let pool: WorkerPool

    public init(_ folder: WeightsFolder, options: Options = Options(), pool: WorkerPool) {
        self.folder = folder
        self.options = options
        self.pool = pool
    }

    /// Loads network and tokenizer, with the branches that any of the specifications uses.
    /// - Throws: `BenchError` naming a part that is missing or does not fit its configuration.
    public func model(for specs: [GenerationSpec]) throws -> TransferModel {
        guard let dit = folder.configuration.dit, folder.configuration.tokenizer != nil else {
            throw BenchError(
                .missing, "\(folder.path)/config.json has no 'dit' or no 'tokenizer': both are needed to make videos")
        }
        if let wrong = specs.first(where: { $0.isSampleAV == dit.hasConditionMask }) {
            throw BenchError(
                .usage,
                wrong.isSampleAV
                    ? "\(folder.path) is not the driving model (its network takes a condition mask); leave --is-av-sample out"
                    : "\(folder.path) is the driving model, Sample-AV (its network takes no condition mask); add --is-av-sample"
            )
        }
        let control = folder.configuration.ctrl ?? ControlConfiguration()
        let network: TransferNetwork
        if specs.contains(where: \.isDistilled) {
            guard specs.allSatisfy(\.isDistilled) else {
                throw BenchError(.usage, "distilled and full models cannot be mixed in one batch")
            }
            let parts = try folder.distilledEdge()
            network = try TransferNetwork(
                configuration: dit, base: parts.base.tensors, control: control,
                controls: [("edge", parts.control.tensors)])
        } else {
            var branches: [(name: String, tensors: [String: StoredTensor])] = []
            var checkpoints: [String: String?] = [:]
            for one in specs.flatMap(\.controls) {
                let name = one.kind.rawValue
                if let other = checkpoints[name] {
                    guard other == one.checkpoint else {
                        throw BenchError(
                            .usage, "the control '\(name)' has different 'ckpt_path' in one batch; run them one by one")
                    }
                    continue
                }
                checkpoints[name] = .some(one.checkpoint)
                branches.append((name, try folder.control(name, file: one.checkpoint).tensors))
            }
            network = try TransferNetwork(
                configuration: dit, base: try folder.base().tensors, control: control, controls: branches)
        }
        return try TransferModel(folder, network: network)
    }

    /// What the video of a specification is going to be; looks at the videos that it names, and loads nothing.
    /// - Throws: `BenchError` or `FileError` naming a video that cannot be used.
    public func outline(of spec: GenerationSpec) throws -> VideoOutline {
        var sources: [VideoOutline.Source] = []
        for control in spec.controls {
            guard case .video(let path) = control.source else { continue }
            sources.append(.init("the control '\(control.kind.rawValue)'", try .init(of: path)))
        }
        if let path = spec.inputVideo { sources.append(.init("the input video", try .init(of: path))) }
        guard !sources.isEmpty else {
            throw BenchError(
                .unusableInput, "the specification names no video: give a control's input_control or input_video_path")
        }
        return VideoOutline(
            of: sources, model: folder.configuration, size: options.size, frames: options.frames,
            clipFrames: options.clipFrames)
    }

    /// The size of the frames that a specification gives.
    /// - Throws: `BenchError` when its size cannot be upscaled.
    public func resultSize(of spec: GenerationSpec, _ outline: VideoOutline) throws -> FrameSize {
        guard spec.controls.contains(where: { $0.kind == .upscale }) else { return outline.size }
        let tokenizer = folder.configuration.tokenizer ?? TokenizerConfiguration()
        return try UpscalePlan.resultSize(of: outline.size, tokenizer)
    }

    /// Frames a second of a specification's video.
    public func rate(of spec: GenerationSpec) -> Double { spec.fps ?? folder.configuration.clip.fps }

    /// What a person should know about a specification's texts: what the text encoder does not read of them.
    /// - Throws: `BenchError` when a text is far too long.
    public func notes(on spec: GenerationSpec) throws -> [String] {
        var texts: [(name: String, text: String)] = []
        if options.promptEmbedding == nil { texts.append(("the prompt", spec.prompt)) }
        if options.negativePromptEmbedding == nil, let text = spec.negativePrompt {
            texts.append(("the negative prompt", text))
        }
        texts += spec.regions.map { ("a region's prompt", $0.prompt) }
        // An encoder that is not there is told by what needs it.
        guard let tokens = folder.configuration.text?.tokens, let path = try? folder.textTokenizerModel(),
            let tokenizer = try? SentencePiece(path: path)
        else { return [] }
        return try texts.compactMap { try tokenizer.note(on: $0.text, called: $0.name, tokens: tokens) }
    }

    /// The work that a specification asks for.
    /// - Throws: `BenchError` or `FileError` naming the file or key that cannot be used.
    public func request(
        for spec: GenerationSpec, _ outline: VideoOutline, model: TransferModel
    ) throws -> GenerationRequest {
        let size = outline.size
        var request = GenerationRequest(
            prompt: try given(isNegative: false) ?? embedding(of: spec.prompt, file: options.promptEmbedding),
            size: size, frames: outline.frames,
            clipFrames: options.clipFrames ?? folder.configuration.clip.frames, fps: rate(of: spec),
            seed: Int(spec.seed), sampler: folder.configuration.sampler)
        request.mapFrames = outline.sourceFrames
        request.sampler.steps = spec.steps ?? request.sampler.steps
        request.sampler.guidance = spec.guidance ?? request.sampler.guidance
        request.sampler.sigmaMax = spec.sigmaMax ?? request.sampler.sigmaMax
        let isGuided = request.sampler.guidance != 0 && !spec.isDistilled
        if isGuided, let text = try given(isNegative: true) {
            request.negativePrompt = text
        } else if isGuided, spec.negativePrompt != nil || options.negativePromptEmbedding != nil {
            request.negativePrompt = try embedding(
                of: spec.negativePrompt ?? "", file: options.negativePromptEmbedding)
        }
        let upscales = spec.controls.contains { $0.kind == .upscale }
        request.inputVideo = spec.inputVideo.map { path in
            upscales ? SourceVideo(path: path) { $0 } : .input(path: path, size: size)
        }
        request.controls = try spec.controls.map { control in
            GenerationRequest.Control(
                name: control.kind.rawValue, video: try source(of: control, input: request.inputVideo, size: size),
                weight: try weight(of: control))
        }
        guard spec.regions.isEmpty || !upscales else {
            throw BenchError(.usage, "regional prompts do not work with the control 'upscale'; leave one of them out")
        }
        guard options.given == nil || !upscales else {
            throw BenchError(
                .usage, "the control 'upscale' works in patches, which have latents of their own; leave --latents out")
        }
        request.given = options.given
        request.warnings +=
            options.given?.notes(
                clips: VideoGenerator.clips(frames: request.frames, clipFrames: request.clipFrames),
                hasVideo: request.inputVideo != nil) ?? []
        try addRegions(of: spec, to: &request)
        if options.isOfficial {
            request.parity = .official
            request.rotaryPrecision = .bfloat16
            // The driving variant and the distilled model have pipelines of their own, which do not blend.
            request.blendsSinglePatch = !spec.isSampleAV && !spec.isDistilled
        }
        request.isDistilled = spec.isDistilled
        return request
    }

    private func source(
        of control: GenerationSpec.Control, input: SourceVideo?, size: FrameSize
    ) throws(BenchError) -> SourceVideo {
        if case .video(let path) = control.source {
            return control.kind == .upscale
                ? SourceVideo(path: path) { $0 } : .control(control.kind, path: path, size: size)
        }
        guard let input else {
            throw BenchError(
                .unusableInput,
                "the control '\(control.kind.rawValue)' has no 'input_control' and there is no input video to make it from"
            )
        }
        guard case .preset(let strength) = control.source else { return input }
        return input.control(control.kind, strength)
    }

    private func weight(of control: GenerationSpec.Control) throws -> ControlWeight {
        switch control.weight {
        case .number(let value, let quoted): return .scalar(value, quoted: quoted)
        case .file(let path):
            return try .map(in: TensorFile.read(path: path), file: path, control: control.kind.rawValue)
        }
    }

    private func addRegions(of spec: GenerationSpec, to request: inout GenerationRequest) throws {
        guard !spec.regions.isEmpty, let tokenizer = folder.configuration.tokenizer, let dit = folder.configuration.dit
        else { return }
        let (spatial, temporal) = (tokenizer.spatialCompression, tokenizer.temporalCompression)
        let grid = try WeightGrid(
            frames: request.mapFrames, height: request.size.height, width: request.size.width,
            clipFrames: request.clipFrames, tokenizer: tokenizer, patch: dit.patch)
        let regions = try RegionalPrompts(
            try spec.regions.map {
                RegionalPrompt(
                    prompt: $0.prompt,
                    shape: try shape(of: $0, on: spec.inputVideo, frames: request.mapFrames, &request.warnings))
            },
            latents: (request.size.height / spatial, request.size.width / spatial), frames: request.mapFrames,
            clipFrames: request.clipFrames, tokens: grid.tokens, temporal: temporal * dit.patch[0])
        request.regions = regions
        request.regionTexts = try regions.prompts.map { try embedding(of: $0, file: nil) }
    }

    /// The union of boxes, or a mask video.
    private func shape(
        of region: GenerationSpec.Region, on clip: String?, frames: Int, _ warnings: inout [String]
    ) throws -> RegionShape {
        var boxes: [RegionBox] = []
        var videos: [String] = []
        for definition in region.definitions {
            switch definition {
            case .box(let box): boxes.append(box)
            case .video(let path): videos.append(path)
            }
        }
        guard let path = videos.first else { return .boxes(boxes) }
        guard boxes.isEmpty, videos.count == 1 else {
            throw BenchError(
                .unusableInput,
                "the regional prompt \"\(region.prompt.prefix(40))\" has several videos, or boxes beside a video; give boxes, or one video"
            )
        }
        return .video(
            try options.isOfficial
                ? firstChannel(path, frames: frames, &warnings)
                : foreground(path, on: clip, frames: frames, of: region.prompt, &warnings))
    }

    /// A mask as all masks are read here, 255 inside: its last frame holds on where it ends early.
    private func foreground(
        _ path: String, on clip: String?, frames: Int, of prompt: String, _ warnings: inout [String]
    ) throws -> StoredTensor {
        let survey = try ForegroundReader(path: path, of: clip)
        for _ in 0..<frames { guard try survey.nextHeld() != nil else { break } }
        guard !survey.isEmpty else {
            throw BenchError(
                .unusableInput,
                "\(path): selects nothing in any frame, so the regional prompt \"\(prompt.prefix(40))\" would act nowhere; make the region white"
            )
        }
        warnings += survey.notes
        let (reader, size) = (try ForegroundReader(path: path, of: clip), survey.size)
        return try StoredTensor(name: path, element: .uint8, shape: [survey.given, size.height, size.width]) { bytes in
            for t in 0..<survey.given {
                guard let mask = try reader.nextHeld() else { break }
                for i in 0..<size.pixels { bytes[t * size.pixels + i] = mask.pixels[i] * 255 }
            }
        }
    }

    /// The first channel of a mask video, as the official pipeline takes it.
    private func firstChannel(_ path: String, frames: Int, _ warnings: inout [String]) throws -> StoredTensor {
        let survey = try FrameSurvey(of: path, limit: frames)
        warnings += survey.warnings
        let count = survey.frames
        let reader = try openFrames(path)
        let size = reader.size
        return try StoredTensor(name: path, element: .uint8, shape: [count, size.height, size.width]) { bytes in
            for t in 0..<count {
                guard let frame = try reader.next() else { break }
                for i in 0..<size.pixels { bytes[t * size.pixels + i] = frame.pixels[3 * i] }
            }
        }
    }

    private var textSize: (tokens: Int, width: Int) {
        (
            folder.configuration.text?.tokens ?? TextConfiguration().tokens,
            folder.configuration.dit?.textWidth ?? TransformerConfiguration().textWidth
        )
    }

    private func given(isNegative: Bool) throws -> Tensor? {
        try options.given?.text(isNegative: isNegative, tokens: textSize.tokens, width: textSize.width)
    }

    private func embedding(of prompt: String, file: String?) throws -> Tensor {
        if let file {
            return try PrecomputedEmbedding.read(path: file, tokens: textSize.tokens, width: textSize.width)
        }
        guard !prompt.isEmpty else {
            throw BenchError(
                .usage, "there is no prompt: give 'prompt' in the specification, --prompt or --prompt-embedding")
        }
        return try PromptEncoder(folder).encode(prompt, pool: pool)
    }
}
