internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// One run of the program for one task.
final class CommandRun {
    /// The system would not start the program at all: no other task would fare better.
    struct NotStarted: Error { let reason: BenchError }

    let family: ProcessFamily
    private let task: VideoTask
    private let work: WorkFolder
    private let process: ChildProcess
    private let words: [String]
    private let log: CommandLog
    private let result: String
    private let began = ContinuousClock.now
    /// What the program said of its own time, and how long it ran; known after `collect`.
    private(set) var times: GenerationTimes?
    private let reported: ReportedSeconds
    /// The limit that was passed.
    private var overdue: Duration?

    /// Starts the program.
    /// - Throws: what is wrong with the task, or `NotStarted`.
    init(_ task: VideoTask, _ command: CommandWords, reported: ReportedSeconds) throws {
        self.task = task
        self.reported = reported
        let spec = try CommandSpec(task)
        work = try WorkFolder(beside: task.output)
        let suffix = URL(fileURLWithPath: task.output).pathExtension
        result = suffix.isEmpty ? "video" : "video." + suffix
        try spec.write(to: work.file("spec.json"), result: work.file(result))
        let arguments = command.arguments([
            "spec": work.file("spec.json"), "out": work.file(result), "clip": task.clip.video,
            "prompt": task.prompt.text, "seed": "\(task.seed)",
        ])
        words = [command.program] + arguments
        log = CommandLog(output: work.file("output"), errors: work.file("errors"))
        let started = ChildProcess.start(
            command.program, arguments, environment: [WorkFolder.variable: work.path], output: log.output,
            errors: log.errors)
        switch started {
        case .success(let process):
            self.process = process
            family = ProcessFamily(session: process.pid, mark: work.mark)
        case .failure(let error) where error.code == .E2BIG:
            throw BenchError(.unusableInput, "the prompt is too long for a word of a command; write a shorter one")
        case .failure(let error):
            throw NotStarted(reason: Self.notStarted(command.program, error))
        }
    }

    private static func notStarted(_ program: String, _ error: POSIXError) -> BenchError {
        let reason =
            error.code == .ENOEXEC
            ? "it is neither a program of this machine nor a script with a first line as #!/bin/sh"
            : String(cString: strerror(error.code.rawValue))
        return BenchError(.missing, "the program \(program) cannot be started: \(reason)")
    }

    var hasEnded: Bool { process.hasEnded }

    /// Ends the program and all that it started.
    func stop() {
        family.end()
        _ = process.reap()
    }

    /// Ends the program when it has run longer; `collect` tells why.
    func end(after limit: Duration) {
        guard overdue == nil, began.duration(to: .now) > limit else { return }
        overdue = limit
        family.end()
    }

    /// Gives the video that the ended program made its place.
    /// - Returns: the video's path.
    /// - Throws: `CommandFailure` that says what the program did instead.
    func collect() throws -> String {
        let wall = seconds(since: began)
        let ended = endRest()
        let end = process.reap()
        if let overdue { throw failure("took longer than \(overdue / .seconds(60)) min and was ended", ended) }
        switch end {
        case .signal(let number): throw failure("was ended by signal \(number)", ended)
        case .exit(let code) where code != 0: throw failure("ended with exit code \(code)", ended)
        case .exit: break
        }
        guard FileManager.default.fileExists(atPath: work.file(result)) else {
            throw failure("ended well but wrote no video to {out}", ended)
        }
        do throws(FileError) { _ = try FrameSurvey(of: work.file(result)) } catch {
            throw failure("wrote a video that cannot be read: it \(error.reason)", ended)
        }
        let said = reported.seconds(in: log)
        times = GenerationTimes(generate: max(0, wall - (said.load ?? 0)), load: said.load, diffusion: said.diffusion)
        let place = try work.place(result, for: task)
        unlink(CommandLog.place(of: task.output))
        return place
    }

    /// Ends what the program has left running. What is only about to end, as the last of a pipe, has a moment to do so.
    /// - Returns: how many were ended.
    private func endRest() -> Int {
        var rest = family.members(sparingLeader: true)
        for _ in 0..<10 where !rest.isEmpty {
            usleep(50_000)
            rest = family.members(sparingLeader: true)
        }
        if !rest.isEmpty { family.end(sparingLeader: true) }
        return rest.count
    }

    private func failure(_ what: String, _ ended: Int) -> CommandFailure {
        let rest =
            ended > 0 && overdue == nil
            ? "; \(ended) process\(ended == 1 ? "" : "es") that it left running ended too" : ""
        let name = URL(fileURLWithPath: words[0]).lastPathComponent
        let cause = "\(name) \(what)\(rest)"
        let place = CommandLog.place(of: task.output)
        let heading = "\(words.joined(separator: " "))\n\(cause), after \(began.duration(to: .now).formatted())"
        let isKept = log.keep(at: place, heading: heading)
        return CommandFailure(cause: cause + log.lastWords(), log: isKept ? place : nil)
    }
}
