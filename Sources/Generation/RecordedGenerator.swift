public import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// Takes videos that exist: CONFIGURATION/ID.mp4 for a clip's own caption, ID__PROMPT.mp4 or ID_captionN.mp4 for others;
/// the files may also lie in CONFIGURATION/videos. With several seeds, files must be called as the tasks' outputs are.
public struct RecordedGenerator: Generator {
    private let folder: String
    private let listings = FolderListings()
    private let hash: @Sendable (String) throws -> String

    /// - Parameter hash: the SHA-256 of a file.
    /// - Throws: `BenchError` when there is no such folder.
    public init(
        folder: String,
        hash: @escaping @Sendable (_ path: String) throws -> String = { try Artifact(hashing: $0).sha256 }
    ) throws(BenchError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw BenchError(
                .missing, "there is no folder \(folder); recordings are in a folder CONFIGURATION/ID.mp4")
        }
        self.folder = folder
        self.hash = hash
    }

    public var label: String { "recorded \(URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent)" }

    public var fingerprint: [String] { ["recorded 1"] }

    /// The recording's bytes.
    public func fingerprint(of task: VideoTask) throws(BenchError) -> [String] {
        let file = try recording(of: task)
        do { return [try hash(file)] } catch {
            throw error as? BenchError ?? BenchError(.unusableInput, "\(file) cannot be read: \(error)")
        }
    }

    public var recipe: [Recipe.Part] { [] }

    public func recipe(of task: VideoTask) throws(BenchError) -> [Recipe.Part] {
        try fingerprint(of: task).map { .contents(Recipe.recordingName, $0) }
    }

    public func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws {
        for (place, task) in tasks.enumerated() {
            let result = Result { try take(task) }
            onProgress(1 / Double(tasks.count))
            guard try onResult(place, result) else { return }
        }
    }

    private func take(_ task: VideoTask) throws -> String {
        // A link would be taken for the file that it points to.
        let file = URL(fileURLWithPath: try recording(of: task)).resolvingSymlinksInPath().path
        _ = try FrameSurvey(of: file, limit: 1)
        let output = URL(fileURLWithPath: task.output).resolvingSymlinksInPath().path
        if file == output || FileManager.default.contentsEqual(atPath: file, andPath: output) { return task.output }
        let work = try WorkFolder(beside: task.output)
        let name = URL(fileURLWithPath: task.output).lastPathComponent
        if link(file, work.file(name)) != 0 {
            do { try FileManager.default.copyItem(atPath: file, toPath: work.file(name)) } catch {
                throw BenchError(.unusableInput, "\(file) cannot be copied to \(task.output): \(error)")
            }
        }
        return try work.place(name, for: task)
    }

    /// - Throws: `BenchError` naming what was looked for.
    private func recording(of task: VideoTask) throws(BenchError) -> String {
        let output = URL(fileURLWithPath: task.output)
        let configurations = Self.distinct(
            [task.configuration.name, output.deletingLastPathComponent().lastPathComponent].filter(Self.isPlain))
        let stem = output.deletingPathExtension().lastPathComponent
        let own = Self.stems(of: task)
        let stems = own.contains(stem) ? own : [stem]
        for configuration in configurations {
            for outer in listings[folder].paths(configuration, [""]) {
                for place in [outer, outer + "/videos"] {
                    let found = stems.filter(Self.isPlain).flatMap { listings[place].paths($0, videoSuffixes) }
                    guard found.count < 2 else {
                        throw BenchError(
                            .unusableInput,
                            "\(found.joined(separator: " and ")) are both the video of '\(task.configuration.name)', clip "
                                + "\(task.clip.name)\(prompt(of: task)); remove all but one")
                    }
                    if let path = found.first { return path }
                }
            }
        }
        throw BenchError(
            .unusableInput,
            "\(folder) has no video of '\(task.configuration.name)', clip \(task.clip.name)"
                + "\(prompt(of: task)): looked for "
                + "\(stems.joined(separator: ", ")) (.\(videoSuffixes.joined(separator: ", ."))) in "
                + configurations.map { "\($0)/ and \($0)/videos/" }.joined(separator: " and "))
    }

    private func prompt(of task: VideoTask) -> String {
        task.prompt.label.isEmpty ? "" : ", prompt \(task.prompt.label)"
    }

    /// Names that a video of the clip and prompt may have.
    private static func stems(of task: VideoTask) -> [String] {
        let (clip, label) = (task.clip.name, task.prompt.label)
        guard !label.isEmpty else { return [clip] }
        let numbered = label.allSatisfy(\.isNumber) ? ["\(clip)_caption\(label)"] : []
        return ["\(clip)__\(label)"] + numbered
            + (label.wholeMatch(of: /caption[0-9]+/) != nil ? ["\(clip)_\(label)"] : [])
    }

    /// Nothing that could lead out of the folder.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && !name.contains("\0")
    }

    private static func distinct(_ names: [String]) -> [String] {
        names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
    }
}
