internal import CosmosTransfer
public import Experiment
internal import Foundation
internal import Synchronization
internal import Video

/// Makes videos with an external program, one run a video: the official tool, or any other that takes a controlnet_specs
/// file.
///
/// In its words, `{spec}` is the file that says what to make, `{out}` where the video goes, `{clip}` the reference video,
/// `{seed}` and `{prompt}` the task's, `{devices}` how many a timing is for. No shell sees them. A program that is not told `{out}` finds the place in the file.
public final class CommandGenerator: Generator {
    public let label: String
    public let fingerprint: [String]
    public let recipe: [Recipe.Part]
    public let files: [Artifact]
    public let settings: [String: String]
    private let command: CommandWords
    private let reported: ReportedSeconds
    private let limit: Duration?
    private let jobs: Int
    private let running = Mutex(Running())

    private struct Running {
        var families: [ProcessFamily] = []
        var isStopped = false
    }

    /// - Parameters:
    ///   - words: the program, looked for in PATH, and its arguments.
    ///   - files: what the program reads that can change its videos, as scripts and weights.
    ///   - minutes: a program that takes longer for a video is ended; nil lets it run on.
    ///   - jobs: how many run at once.
    ///   - devices: what `{devices}` stands for, where videos are timed.
    ///   - diffusionPattern: a regular expression with one group that finds the seconds of diffusion on a line of the
    ///     program's output; nil for a line "transferbench: diffusion-seconds=…".
    ///   - searchPath: in place of PATH.
    /// - Throws: `BenchError` when the program or a file is not there, or the words could not make a video.
    public init(
        words: [String], files: [String] = [], minutes: Double? = nil, jobs: Int = 1, devices: Int? = nil,
        diffusionPattern: String? = nil, searchPath: String? = nil
    ) throws {
        let path = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        command = try CommandWords(words, path: path, devices: devices)
        reported = try ReportedSeconds(pattern: diffusionPattern)
        limit = minutes.map { .seconds($0 * 60) }
        self.jobs = max(1, jobs)
        // A script among the words is a part of the program; where the program itself lies is not.
        let scripts = words.dropFirst().filter { isRegularFile($0) }
        self.files = try ([command.program] + scripts + files.flatMap { try contents(of: $0) })
            .map { try Artifact(hashing: $0) }
        let parts = self.files.map { Recipe.Part.contents(shortName($0.path), $0.sha256) }
        fingerprint = ["command 2"] + words.dropFirst() + ["program"] + parts.map(\.value)
        recipe = [.setting("the command's words", words.dropFirst().joined(separator: " "))] + parts
        let name = URL(fileURLWithPath: command.program).lastPathComponent
        settings = ["command": words.joined(separator: " ")]
        label = "command \(name) \(Identity(of: fingerprint).hex.prefix(6))…"
    }

    /// What is wrong with the controls' videos, and how masks are understood. Scoring reads the clips themselves, and says what is wrong with them.
    public func notes(on tasks: [VideoTask]) throws -> [String] {
        let paths = tasks.flatMap { task in
            task.configuration.weights.compactMap { weight in
                if case .video(let path) = task.clip.controls[weight.control] { path } else { nil }
            }
        }
        return try Set(paths).sorted().flatMap { try FrameSurvey(of: $0, limit: VideoOutline.mostFrames).warnings }
            + maskNotes(on: tasks)
    }

    public func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws {
        try make(tasks, onProgress: onProgress, onTimes: { _ in }, onResult: onResult)
    }

    public func time(_ task: VideoTask) throws -> (video: String, times: GenerationTimes) {
        var result: Result<String, any Error>?
        var times: GenerationTimes?
        try make(
            [task], onProgress: { _ in }, onTimes: { times = $0 },
            onResult: { _, made in
                result = made
                return true
            })
        guard let video = try result?.get(), let times else { throw BenchError(.bug, "\(task.output) was not made") }
        return (video, times)
    }

    /// - Parameter onTimes: called before the result of every video that was made.
    private func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void, onTimes: (GenerationTimes) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws {
        var waiting = tasks.indices.makeIterator()
        var goesOn = true
        var active: [(place: Int, run: CommandRun)] = []
        defer { for one in active { one.run.stop() } }
        func finish(_ place: Int, _ result: Result<String, any Error>) throws {
            onProgress(1 / Double(tasks.count))
            if try !onResult(place, result) { goesOn = false }
        }
        while true {
            while goesOn, active.count < jobs, let place = waiting.next() {
                do {
                    active.append((place, try start(tasks[place])))
                } catch let error as CommandRun.NotStarted {
                    throw error.reason
                } catch let error as BenchError where error.code == .interrupted {
                    throw error
                } catch { try finish(place, .failure(error)) }
            }
            guard !active.isEmpty else { return }
            if let ended = active.firstIndex(where: { $0.run.hasEnded }) {
                let (place, run) = active[ended]
                // Before its number goes back to the system.
                try running.withLock { running in
                    guard !running.isStopped else { throw Self.stopped }
                    running.families.removeAll { $0.mark == run.family.mark }
                }
                active.remove(at: ended)
                let result = Result { try run.collect() }
                if let times = run.times { onTimes(times) }
                try finish(place, result)
            } else {
                if let limit { for one in active { one.run.end(after: limit) } }
                usleep(5000)
            }
        }
    }

    private static let stopped = BenchError(.interrupted, "the programs were stopped")

    /// - Throws: `BenchError` 130 after `stop`, else what is wrong with the task, or `NotStarted`.
    private func start(_ task: VideoTask) throws -> CommandRun {
        try running.withLock { running in
            guard !running.isStopped else { throw Self.stopped }
            let run = try CommandRun(task, command, reported: reported)
            running.families.append(run.family)
            return run
        }
    }

    /// Ends the programs that run with all that they started, and starts no more: `make` throws. For the sudden end of this
    /// process, from any thread.
    public func stop() {
        running.withLock { running in
            running.isStopped = true
            for family in running.families { family.end() }
        }
    }
}

private func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// A file with its folder, as "tools/make.sh".
private func shortName(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.pathComponents.filter { $0 != "/" }.suffix(2).joined(separator: "/")
}

/// A file, or all regular files of a folder in the order of their names.
/// - Throws: `BenchError` 65, when there is nothing.
private func contents(of path: String) throws(BenchError) -> [String] {
    if isRegularFile(path) { return [path] }
    guard FileManager.default.fileExists(atPath: path),
        let names = FileManager.default.enumerator(atPath: path)?.compactMap({ $0 as? String })
    else {
        throw BenchError(.unusableInput, "\(path), a file of the command, is not there; check the suite's 'files'")
    }
    return names.sorted().map { path + "/" + $0 }.filter(isRegularFile)
}
