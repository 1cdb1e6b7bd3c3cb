public import CosmosTransfer
public import Experiment
internal import Foundation
internal import Synchronization
public import Tensors
public import Video

/// Makes videos with our own engine, those of a clip in batches.
///
/// Weights are loaded with the first video and kept. Videos begin with noise alone; a video has the bits that it would have
/// alone, whatever else is made with it.
public final class EmbeddedGenerator: Generator {
    /// What may differ from the weights folder's `config.json`; nil takes what that says.
    public struct Options: Sendable {
        public var steps: Int?
        public var guidance: Double?
        /// What guidance leads away from; nil for no text at all.
        public var negativePrompt: String?
        /// The size of videos; nil for the clip's own, where the model can work at it.
        public var size: FrameSize?
        /// Frames at most; nil for as many as the shortest of the clip's videos has.
        public var frames: Int?
        /// Videos that are made together at most, and the working memory that they may take; neither changes a video.
        public var batch = 8
        public var batchBytes = 2 << 30

        public init() {}
    }

    public let label: String
    public let fingerprint: [String]
    public let recipe: [Recipe.Part]
    public let settings: [String: String]
    let folder: WeightsFolder
    let options: Options
    let sampler: SamplerConfiguration
    let pool: WorkerPool
    /// By control; those whose weights the folder has.
    private let branches: [String: String]
    private let memory: Memory

    /// What was loaded and looked at, of one weights folder and its branches.
    private final class Memory: Sendable {
        let loaded = Mutex(Loaded())
    }

    private struct Loaded {
        var parts: Parts?
        var embeddings: [String: Tensor] = [:]
        var facts: [String: VideoOutline.Facts] = [:]
        /// How long the parts took to load.
        var seconds = 0.0
    }

    /// What videos are made with.
    struct Parts: Sendable {
        let model: TransferModel
        let encoder: PromptEncoder
    }

    /// - Parameters:
    ///   - controls: those that any video will use; others are not loaded.
    ///   - sharing: others, of which one with the same weights shares what it has loaded.
    ///   - hash: the SHA-256 of a file.
    /// - Throws: `BenchError` when the weights cannot be hashed.
    public init(
        _ folder: WeightsFolder, controls: some Sequence<String>, options: Options = Options(), pool: WorkerPool,
        sharing others: [EmbeddedGenerator] = [],
        hash: (_ path: String) throws -> String = { try Artifact(hashing: $0).sha256 }
    ) throws {
        func hashed(_ files: [String]) throws -> String {
            Identity(of: try files.flatMap { [URL(fileURLWithPath: $0).lastPathComponent, try hash($0)] }).hex
        }
        self.folder = folder
        self.options = options
        self.pool = pool
        var sampler = folder.configuration.sampler
        sampler.steps = options.steps ?? sampler.steps
        sampler.guidance = options.guidance ?? sampler.guidance
        self.sampler = sampler
        var branches: [String: String] = [:]
        for name in Set(controls) {
            let files = folder.files(of: .control(name))
            if !files.isEmpty { branches[name] = try hashed(files) }
        }
        self.branches = branches
        let twin = others.first { $0.folder.path == folder.path && $0.branches == branches }
        memory = twin?.memory ?? Memory()
        let weights = try hashed(folder.sharedFiles())
        let clip = folder.configuration.clip
        fingerprint = [
            "embedded 1", weights, "steps \(sampler.steps)", "rho \(sampler.rho)",
            "sigma \(sampler.sigmaMin) \(sampler.sigmaMax) \(sampler.sigmaData)", "guidance \(sampler.guidance)",
            "negative \(options.negativePrompt ?? "")", "clip \(clip.frames) \(clip.width)x\(clip.height) \(clip.fps)",
            "size \(options.size.map(\.description) ?? "own")", "frames \(options.frames.map(String.init) ?? "all")",
        ]
        let name = URL(fileURLWithPath: folder.path).standardizedFileURL.lastPathComponent
        recipe =
            [.contents("the weights \(name)", weights)]
            + zip(Self.settingNames, fingerprint.dropFirst(2)).map { name, words in
                .setting(name, words.split(separator: " ").dropFirst().joined(separator: " "))
            }
        let guidance =
            sampler.guidance == sampler.guidance.rounded() ? "\(Int(sampler.guidance))" : "\(sampler.guidance)"
        label = "embedded \(name) \(weights.prefix(6))…, \(sampler.steps) steps, guidance \(guidance)"
        var settings = ["steps": "\(sampler.steps)", "guidance": guidance]
        settings["negative prompt"] = options.negativePrompt
        settings["size"] = options.size?.description
        settings["frames at most"] = options.frames.map(String.init)
        self.settings = settings
    }

    /// What people call the fingerprint's parts after the weights.
    private static let settingNames = [
        "the number of steps", "rho", "the noise level", "guidance", "the negative prompt", "the model's clip",
        "the size", "the number of frames",
    ]

    /// The same generator with other threads: weights are loaded once for both.
    public init(sharing other: EmbeddedGenerator, pool: WorkerPool) {
        label = other.label
        fingerprint = other.fingerprint
        recipe = other.recipe
        settings = other.settings
        folder = other.folder
        options = other.options
        sampler = other.sampler
        branches = other.branches
        memory = other.memory
        self.pool = pool
    }

    public func recipe(of task: VideoTask) throws(BenchError) -> [Recipe.Part] {
        try task.configuration.weights.map(\.control).sorted().map { name throws(BenchError) in
            try checkBranch(name)
            return .contents("the weights of \(name)", branches[name] ?? "")
        }
    }

    /// The weights of the task's branches.
    public func fingerprint(of task: VideoTask) throws(BenchError) -> [String] {
        var words: [String] = []
        for name in task.configuration.weights.map(\.control).sorted() {
            try checkBranch(name)
            words += ["branch \(name)", branches[name] ?? ""]
        }
        return words
    }

    /// - Throws: `BenchError` 69 when there are no weights of a control.
    func checkBranch(_ name: String) throws(BenchError) {
        guard branches[name] == nil else { return }
        throw BenchError(
            .missing,
            "\(folder.path) has no weights of the control '\(name)': \(name)_control.safetensors or \(name)_control.pt is "
                + "expected there")
    }

    /// The model, loaded when it is first asked for.
    func parts() throws -> Parts {
        try memory.loaded.withLock { loaded in
            if let parts = loaded.parts { return parts }
            let began = ContinuousClock.now
            let controls = ControlKind.allCases.map(\.rawValue).filter { branches[$0] != nil }
            let parts = Parts(
                model: try TransferModel(folder, controls: controls), encoder: try PromptEncoder(folder))
            loaded.parts = parts
            loaded.seconds = seconds(since: began)
            return parts
        }
    }

    /// How long the model took to load, which it does when it is first asked for.
    func loadSeconds() throws -> Double {
        _ = try parts()
        return memory.loaded.withLock { $0.seconds }
    }

    /// What a task's video is going to be. Videos are looked at once.
    /// - Throws: `BenchError` or `FileError` naming a video that cannot be used.
    func outline(of task: VideoTask, _ controls: [ControlChoice]) throws -> VideoOutline {
        var sources: [VideoOutline.Source] = []
        for control in controls {
            guard case .video(let path) = control.source else { continue }
            sources.append(.init("the control '\(control.kind.rawValue)'", try facts(of: path)))
        }
        sources.append(.init("the clip", try facts(of: task.clip.video)))
        return VideoOutline(
            of: sources, model: folder.configuration, size: options.size, frames: options.frames)
    }

    private func facts(of path: String) throws -> VideoOutline.Facts {
        if let known = memory.loaded.withLock({ $0.facts[path] }) { return known }
        let facts = try VideoOutline.Facts(of: path)
        memory.loaded.withLock { loaded in
            if loaded.facts.count >= Self.mostFacts { loaded.facts.removeAll() }
            loaded.facts[path] = facts
        }
        return facts
    }

    /// Videos whose facts are kept: those of one clip, and more.
    private static let mostFacts = 64

    /// Embeddings that are kept: prompts of one clip, and those that all clips share.
    private static let mostEmbeddings = 64

    /// The embedding of a text, computed once.
    func embedding(of text: String, _ parts: Parts) throws -> Tensor {
        if let known = memory.loaded.withLock({ $0.embeddings[text] }) { return known }
        let embedding = try parts.encoder.encode(text, pool: pool)
        memory.loaded.withLock { loaded in
            if loaded.embeddings.count >= Self.mostEmbeddings { loaded.embeddings.removeAll() }
            loaded.embeddings[text] = embedding
        }
        return embedding
    }
}
