public import Experiment
public import Generation
public import Results
public import Suites
internal import Tensors
internal import Video

/// A suite's trials: which videos are to be made, from what, under which identities.
public struct SuitePlan: Sendable {
    /// One trial.
    public struct Entry: Sendable {
        public let task: VideoTask
        /// Of everything that can change the video's pixels: the generator, the clip's files that it uses, weights, prompt, seed.
        public let identity: Identity
        /// What the identity is of, for people.
        let recipe: Recipe
        /// The clip's files that the identity has hashed.
        let inputs: [Artifact]
        let stamp: String
        /// What reports call the generator that makes it.
        let generator: String

        /// A file whose bytes are no longer those of the identity. Stamps tell when to look: links and permissions change them too.
        func changedInput() -> String? { changedFile(among: inputs, since: stamp) }
    }

    /// A trial that cannot be made from what the dataset has.
    public struct Impossible: Sendable {
        public let configuration: String
        public let clip: String
        /// The video that there is not going to be.
        public let subject: String
        public let reason: String
    }

    public let suite: Suite
    /// Clip by clip, in each configuration by configuration.
    public let entries: [Entry]
    public let impossible: [Impossible]
    /// The dataset's absolute path.
    public let dataset: String
    /// The videos' absolute folder: CONFIGURATION/ID.mkv, CONFIGURATION/ID__PROMPT.mkv.
    public let folder: String
    /// How many clips are taken.
    public let clips: Int
    /// What a run of it is called: the suite's name, and how many of its clips where not all are taken.
    public let name: String

    /// What a person should know of the choice of clips.
    let notes: [String]

    public var planned: Int { entries.count + impossible.count }

    /// Lays out the trials.
    /// - Parameters:
    ///   - most: clips at most, evenly spread over the suite's; nil for all.
    ///   - folder: of the videos.
    ///   - store: remembers content hashes.
    /// - Throws: `BenchError`: 65 for a dataset that cannot be used, 5 when it has no clips.
    public init(
        _ suite: Suite, clips most: Int? = nil, generator: any Generator, folder: String, store: Store?
    ) throws(BenchError) {
        self.suite = suite
        let dataset = try SuiteDataset(suite)
        self.dataset = dataset.path
        self.folder = folder
        var builder = Builder(
            suite: suite, rows: suite.configurations.map { Row($0, of: suite, generator, folder: folder) },
            hasher: ContentHasher(store: store))
        let all = try dataset.clips()
        let count = min(most ?? all.count, all.count)
        notes = Self.notes(asked: most ?? dataset.clipsAskedFor, of: all.count)
        let clips = (0..<count).map { all[$0 * all.count / count] }
        name = count < all.count ? "\(suite.name), \(count) of \(all.count) clips" : suite.name
        for clip in clips { try builder.add(clip, of: dataset) }
        self.clips = clips.count
        try builder.hasher.flush()
        entries = builder.entries
        impossible = builder.impossible
    }

    private static func notes(asked: Int?, of clips: Int) -> [String] {
        guard let asked, asked > clips else { return [] }
        return ["\(asked) clips are asked for, and there are \(clips): all are taken"]
    }

    /// Another choice of a plan's trials. What there is to say of the choice of clips is said of the whole.
    init(of whole: SuitePlan, entries: [Entry], impossible: [Impossible]) {
        suite = whole.suite
        self.entries = entries
        self.impossible = impossible
        dataset = whole.dataset
        folder = whole.folder
        clips = whole.clips
        name = whole.name
        notes = []
    }

    /// What all videos of a configuration have in common.
    private struct Row {
        let configuration: WeightedConfiguration
        /// By control's name, as identities have them.
        let weights: [(control: String, amount: ControlAmount)]
        let generator: any Generator
        let generatorRecipe: [Recipe.Part]
        /// A short hash of what its videos are made with.
        let recipe: String
        let readsControls: Bool
        /// Of its videos.
        let folder: String
        let suffix: String

        init(_ configuration: WeightedConfiguration, of suite: Suite, _ all: any Generator, folder: String) {
            self.configuration = configuration
            weights = configuration.weights.sorted { $0.control < $1.control }
            generator = all.maker(of: configuration.name)
            generatorRecipe = generator.recipe
            let words = weights.flatMap { [$0.control, $0.amount.words] }
            recipe = String(Identity(of: generator.fingerprint + words).hex.prefix(8))
            let choice = suite.generator(of: configuration.name)
            readsControls = choice.readsControls
            self.folder = "\(folder)/\(configuration.folderName)"
            suffix = choice.videoSuffix
        }
    }

    private struct Builder {
        let suite: Suite
        let rows: [Row]
        var hasher: ContentHasher
        /// The files of the clip that is being laid out, as they were found.
        var files: [String: (artifact: Artifact, stamp: String)] = [:]
        var entries: [Entry] = []
        var impossible: [Impossible] = []
        /// What is wrong with foreground masks that were looked at.
        var masks: [String: BenchError?] = [:]

        /// - Throws: `BenchError` 65, when a video would have the name of another one.
        mutating func add(_ clip: String, of dataset: SuiteDataset) throws(BenchError) {
            files = [:]
            let controls = Set(suite.configurations.flatMap { $0.weights.map(\.control) })
            let inputs = Result { () throws(BenchError) in try dataset.inputs(of: clip, controls: controls) }
            let prompts = dataset.labels(of: clip).map { label in
                (label, Result { () throws(BenchError) in try dataset.prompt(label, of: clip) })
            }
            for (label, _) in prompts {
                for seed in suite.seeds {
                    let (name, said) = name(clip, label, seed)
                    guard dataset.reads(name, as: clip, said) else {
                        throw BenchError(
                            .unusableInput,
                            "the video of clip '\(clip)' and prompt '\(said)' would be called \(name), which reads as another "
                                + "clip of \(dataset.path); rename the clip or the prompt")
                    }
                }
            }
            for row in rows {
                for (label, prompt) in prompts {
                    for seed in suite.seeds {
                        let output = "\(row.folder)/\(name(clip, label, seed).name).\(row.suffix)"
                        do throws(BenchError) {
                            let task = VideoTask(
                                configuration: row.configuration, clip: try inputs.get(),
                                prompt: try text(prompt, label, row), seed: seed, output: output, recipe: row.recipe)
                            entries.append(try entry(task, row))
                        } catch {
                            impossible.append(
                                Impossible(
                                    configuration: row.configuration.name, clip: clip, subject: output,
                                    reason: error.sentence))
                        }
                    }
                }
            }
        }

        /// A recording is not made from its caption: where there is none, it has no text.
        private func text(
            _ prompt: Result<Prompt, BenchError>, _ label: String, _ row: Row
        ) throws(BenchError) -> Prompt {
            if !row.readsControls, case .failure = prompt { return Prompt(label: label, text: "") }
            return try prompt.get()
        }

        /// A mask that cannot be understood is told before anything is made; each is looked at once.
        private mutating func check(mask path: String) throws(BenchError) {
            let fault: BenchError?
            if let known = masks[path] {
                fault = known
            } else {
                do throws(FileError) {
                    _ = try ForegroundReader(path: path)
                    fault = nil
                } catch {
                    fault = BenchError(.unusableInput, error.description)
                }
                masks[path] = .some(fault)
            }
            if let fault { throw fault }
        }

        /// What a video is called, and what its name says of the prompt.
        private func name(_ clip: String, _ prompt: String, _ seed: UInt32) -> (name: String, label: String) {
            let label = suite.seeds.count > 1 ? (prompt.isEmpty ? "own" : prompt) + "-seed\(seed)" : prompt
            return (label.isEmpty ? clip : "\(clip)__\(label)", label)
        }

        /// - Throws: `BenchError` 65, when the clip lacks what the trial needs, or it cannot be read.
        private mutating func entry(_ task: VideoTask, _ row: Row) throws(BenchError) -> Entry {
            let inputs = try self.inputs(of: task, row)
            var parts = ["trial 1"] + row.generator.fingerprint + (try row.generator.fingerprint(of: task))
            var recipe = try row.generator.recipe(of: task)
            for (control, amount) in row.weights {
                parts += [control, amount.words]
                recipe.append(.setting("the weight of \(control)", amount.words))
                if case .preset(let name) = task.clip.controls[control] {
                    parts.append("preset " + name)
                    recipe.append(.setting("the strength of \(control)", name))
                }
            }
            var artifacts: [Artifact] = []
            var stamps: [String] = []
            for (name, path) in inputs {
                let (artifact, stamp) = try file(path)
                artifacts.append(artifact)
                stamps.append(stamp)
                parts += [name, artifact.sha256]
                recipe.append(.contents(name == "clip" ? "the clip's video" : "the clip's \(name)", artifact.sha256))
            }
            recipe += [.setting("the prompt", task.prompt.text), .setting("the seed", "\(task.seed)")]
            return Entry(
                task: task, identity: Identity(of: parts + ["prompt", task.prompt.text, "\(task.seed)"]),
                recipe: Recipe(generator: row.generatorRecipe, trial: recipe), inputs: artifacts,
                stamp: stamps.joined(separator: " "), generator: row.generator.label)
        }

        /// A file of the clip, looked at once: its stamp is from before its bytes were read.
        private mutating func file(_ path: String) throws(BenchError) -> (artifact: Artifact, stamp: String) {
            if let known = files[path] { return known }
            let stamp = FileStamp.of([path])
            let found = (artifact: try hasher.artifact(path), stamp: stamp)
            files[path] = found
            return found
        }

        /// The clip's files that a trial depends on. For a recording they are not what it was made from, only what it is named by.
        /// - Throws: `BenchError` 65, when the clip lacks one.
        private mutating func inputs(of task: VideoTask, _ row: Row) throws(BenchError) -> [(
            name: String, path: String
        )] {
            let clip = task.clip
            var inputs = [(name: "clip", path: clip.video)]
            guard row.readsControls else { return inputs }
            for (control, _) in row.weights {
                switch clip.controls[control] {
                case .preset: break
                case .video(let path): inputs.append((control, path))
                case nil:
                    throw BenchError(
                        .unusableInput,
                        "clip \(clip.name) has no '\(control)' control, which '\(task.configuration.name)' uses: add "
                            + "controls/\(control)/\(clip.name).mp4 to the dataset")
                }
            }
            if task.configuration.needsForeground {
                guard let foreground = clip.foreground else {
                    throw BenchError(
                        .unusableInput,
                        "clip \(clip.name) has no foreground mask, which '\(task.configuration.name)' weighs by: add "
                            + "foreground/\(clip.name).mp4 to the dataset")
                }
                try check(mask: foreground)
                inputs.append(("foreground", foreground))
            }
            return inputs
        }
    }
}

/// A file whose bytes are no longer those that were hashed.
/// - Parameter stamp: of the files when they were.
func changedFile(among files: [Artifact], since stamp: String) -> String? {
    guard FileStamp.of(files.map(\.path)) != stamp else { return nil }
    return files.first { (try? Artifact(hashing: $0.path))?.sha256 != $0.sha256 }?.path
}

extension GeneratorChoice {
    /// What names of new videos end with: our own are kept without loss.
    var videoSuffix: String { if case .embedded = self { "mkv" } else { "mp4" } }

    var readsControls: Bool { if case .recorded = self { false } else { true } }
}
