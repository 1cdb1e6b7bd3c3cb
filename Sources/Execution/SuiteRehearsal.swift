internal import Experiment
import Foundation
internal import Generation
internal import Tensors

/// Finds what would keep a plan's videos from being written, and leaves no trace: the videos are tried in a hidden folder on
/// the same disk.
struct SuiteRehearsal {
    /// Of the plan's videos; it may have to be made.
    let folder: String

    /// What a run that makes these videos would end with before it makes the first; nil where nothing is in its way.
    func problem(of tasks: [VideoTask], _ generator: any Generator) -> BenchError? {
        guard !tasks.isEmpty else { return nil }
        var ground = folder
        while ground != "/", !isFolder(ground) {
            ground = URL(fileURLWithPath: ground).deletingLastPathComponent().path
        }
        ground = ground == "/" ? "" : ground
        let stage = ground + "/.transferbench-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: stage) }
        let staged = tasks.map { task in
            VideoTask(
                configuration: task.configuration, clip: task.clip, prompt: task.prompt, seed: task.seed,
                output: stage + task.output.dropFirst(ground.count), recipe: task.recipe)
        }
        func named(_ text: String) -> String { text.replacingOccurrences(of: stage, with: ground) }
        do {
            try makeFolders(of: staged)
            try generator.check(staged)
            return nil
        } catch let error as BenchError {
            return BenchError(error.code, named(error.sentence))
        } catch let error as FileError {
            return BenchError(error.code == .unreadable ? .missing : .unusableInput, named(error.description))
        } catch { return BenchError(.bug, named("\(error)")) }
    }
}

/// Makes the folders of some videos.
/// - Throws: `BenchError` 69 naming the first that cannot be made.
func makeFolders(of tasks: [VideoTask]) throws(BenchError) {
    for folder in Set(tasks.map { URL(fileURLWithPath: $0.output).deletingLastPathComponent().path }).sorted() {
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw BenchError(
                .missing, "\(folder) cannot be made; check its name and permissions, or name another --videos")
        }
    }
}
