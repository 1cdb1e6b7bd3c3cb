public import Experiment
internal import Video

/// Makes videos from trials (design: Generation). It never knows how they will be scored.
public protocol Generator: Sendable {
    /// What reports call it, as "embedded tinyworld 3f0a12…, 35 steps, guidance 2".
    var label: String { get }
    /// What of it a reader may want apart from its label, as "steps": "35".
    var settings: [String: String] { get }
    /// Everything of it that can change pixels besides the task: weights' hash, sampler, program. A part of every trial's
    /// identity.
    var fingerprint: [String] { get }

    /// What else can change the pixels of one task's video: the weights of the branches that it uses, a recording's bytes.
    /// A part of that trial's identity too.
    /// - Throws: `BenchError` when it cannot be known, which means that there will be no video.
    func fingerprint(of task: VideoTask) throws(BenchError) -> [String]

    /// The one of several generators that makes a configuration's videos, which labels, settings, fingerprints and recipes
    /// are of; itself where it is one.
    func maker(of configuration: String) -> any Generator

    /// Looks for what would keep videos from being written, before the first of them is made.
    /// - Throws: `BenchError` or `FileError` that says what it is.
    func check(_ tasks: [VideoTask]) throws

    /// What a person should know about how the videos of one clip are made, beforehand.
    /// - Throws: what `make` will tell of a task.
    func notes(on tasks: [VideoTask]) throws -> [String]

    /// Files that the fingerprint has hashed and that are read anew for every video.
    var files: [Artifact] { get }

    /// The fingerprint in parts that a person knows.
    var recipe: [Recipe.Part] { get }

    /// The task's own fingerprint in parts that a person knows.
    func recipe(of task: VideoTask) throws(BenchError) -> [Recipe.Part]

    /// Makes the video of one task alone, with nothing else at the same time, and says how long its parts took.
    /// - Throws: why there is no video, or no time of it.
    func time(_ task: VideoTask) throws -> (video: String, times: GenerationTimes)

    /// Ends what runs outside this process, for the sudden end of this one. From any thread.
    func stop()

    /// Makes the videos of some tasks of one clip. A task that fails is reported and the others go on. A video appears when it
    /// is whole, at the first place of its task that is free: what lies at others stays as it is.
    /// - Parameters:
    ///   - onProgress: called on the way with the share of all tasks' work that was done since the last call; the shares add
    ///     up to 1.
    ///   - onResult: called once for every task with its place in `tasks`, and the video's path, or why there is no video. It
    ///     says whether to begin with further ones.
    /// - Throws: what makes all further tasks senseless: a missing program, weights that cannot be read.
    func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws
}

extension Generator {
    public var settings: [String: String] { [:] }

    public func maker(of configuration: String) -> any Generator { self }

    public func stop() {}

    /// Videos that exist already take no time to make.
    public func time(_ task: VideoTask) throws -> (video: String, times: GenerationTimes) {
        throw BenchError(
            .usage, "\(label) makes no videos, so there is nothing to time; choose an embedded generator or a command")
    }

    /// Looks at the places of the videos.
    public func check(_ tasks: [VideoTask]) throws {
        for task in tasks { try VideoRehearsal.checkPlace(task.output) }
    }

    public func notes(on tasks: [VideoTask]) throws -> [String] { [] }

    public func fingerprint(of task: VideoTask) throws(BenchError) -> [String] { [] }

    public var files: [Artifact] { [] }

    public var recipe: [Recipe.Part] { [.contents("the generator", Identity(of: fingerprint).hex)] }

    public func recipe(of task: VideoTask) throws(BenchError) -> [Recipe.Part] { [] }
}
