internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// One run of the program for one task.
final class CommandRun {
    /// The system would not start the program at all: no other task would fare better.
    struct NotStarted: Error { let reason: BenchError }

    private let task: VideoTask
    private let work: WorkFolder
    private let process = Process()
    private let name: String
    private let result: String
    private let began = ContinuousClock.now
    /// The limit that was passed.
    private var overdue: Duration?

    /// - Throws: what is wrong with the task, or `NotStarted`.
    init(_ task: VideoTask, _ command: CommandWords) throws {
        self.task = task
        let spec = try CommandSpec(task)
        work = try WorkFolder(beside: task.output)
        name = URL(fileURLWithPath: command.program).lastPathComponent
        let suffix = URL(fileURLWithPath: task.output).pathExtension
        result = suffix.isEmpty ? "video" : "video." + suffix
        try spec.write(to: work.file("spec.json"), result: work.file(result))
        process.executableURL = URL(fileURLWithPath: command.program)
        process.arguments = command.arguments([
            "spec": work.file("spec.json"), "out": work.file(result), "clip": task.clip.video,
            "prompt": task.prompt.text, "seed": "\(task.seed)",
        ])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        _ = FileManager.default.createFile(atPath: work.file("errors"), contents: nil)
        process.standardError = FileHandle(forWritingAtPath: work.file("errors")) ?? FileHandle.nullDevice
        do { try process.run() } catch {
            throw NotStarted(
                reason: BenchError(
                    .missing, "the program \(command.program) cannot be started: \(error.localizedDescription)"))
        }
    }

    var pid: pid_t { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func stop() {
        endGroup(process.processIdentifier)
        process.waitUntilExit()
    }

    /// Ends the program when it has run longer; `collect` tells why.
    func end(after limit: Duration) {
        guard overdue == nil, began.duration(to: .now) > limit else { return }
        overdue = limit
        endGroup(process.processIdentifier)
    }

    /// Gives the video that the ended program made its place.
    /// - Throws: `BenchError` that says what the program did instead, with what it said last.
    func collect() throws(BenchError) {
        let said = lastWords()
        if let overdue {
            throw failure("took longer than \(overdue / .seconds(60)) min and was ended\(said)")
        }
        guard process.terminationReason == .exit else {
            throw failure("was ended by signal \(process.terminationStatus)\(said)")
        }
        guard process.terminationStatus == 0 else {
            throw failure("ended with exit code \(process.terminationStatus)\(said)")
        }
        guard FileManager.default.fileExists(atPath: work.file(result)) else {
            throw failure("ended well but wrote no video to {out}\(said)")
        }
        do throws(FileError) { _ = try FrameSurvey(of: work.file(result)) } catch {
            throw failure("wrote a video that cannot be read: \(error.description)\(said)")
        }
        try work.move(result, to: task.output)
    }

    private func failure(_ what: String) -> BenchError {
        BenchError(.incomplete, "\(name), for \(task.output), \(what)")
    }

    /// The last lines of standard error.
    private func lastWords() -> String {
        guard let file = FileHandle(forReadingAtPath: work.file("errors")) else { return "" }
        let most: UInt64 = 4096
        let end = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: end > most ? end - most : 0)
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).suffix(3)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        return lines.isEmpty ? "" : "; it said: " + lines.joined(separator: " | ")
    }
}
