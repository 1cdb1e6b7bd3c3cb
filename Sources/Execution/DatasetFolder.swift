internal import Experiment
import Foundation

/// A reference dataset in the TransferBench / PAI-Bench layout (metrics.md §1): `videos`, `captions`, and where they exist
/// `sam2_pkls` or `masks`, `depth_npzs` and `foreground`.
struct DatasetFolder {
    let path: String
    /// Reference videos by clip.
    private let files: [String: String]

    /// - Throws: `BenchError` 65, when the folder or its `videos` is absent.
    init(path: String) throws(BenchError) {
        guard isFolder(path) else {
            throw BenchError(
                .unusableInput, "\(path) is not a folder; --dataset names the folder that holds videos/ and captions/")
        }
        guard isFolder(path + "/videos") else {
            throw BenchError(
                .unusableInput, "\(path) has no videos folder; a dataset holds videos/ID.mp4 and captions/ID.json")
        }
        self.path = path
        files = Dictionary(videoFiles(in: path + "/videos").map { (stem($0), $0) }) { first, _ in first }
    }

    /// The reference video of a clip; nil when there is none.
    func video(_ id: String) -> String? { files[id] }

    var clips: Set<String> { Set(files.keys) }

    /// The clip's own caption; nil where it has no caption file.
    /// - Throws: `BenchError` 65, when the file is not a JSON object of one key and a text.
    func caption(_ id: String) throws(BenchError) -> String? {
        let file = path + "/captions/" + id + ".json"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        _ = try FileStamp.of(file)
        guard let data = FileManager.default.contents(atPath: file),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any], object.count == 1,
            let text = object.values.first as? String
        else {
            throw BenchError(
                .unusableInput, "\(file) is not a caption; write a JSON object with one key, as {\"caption\": \"…\"}")
        }
        return text
    }

    func hasCaption(_ id: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/captions/" + id + ".json")
    }

    func masks(_ id: String) -> String? { maskFile(in: path, id) }
    func depth(_ id: String) -> String? { depthFile(in: path, id) }
    var hasMasks: Bool { isFolder(path + "/sam2_pkls") || isFolder(path + "/masks") }
    var hasDepth: Bool { isFolder(path + "/depth_npzs") }
}

/// The videos of one configuration, with the depth and masks beside them.
struct VideosFolder {
    let configuration: String
    /// The folder itself.
    let path: String
    /// Video files by path, in the order of their names.
    let videos: [String]
    private let companions: String
    /// Whether it is to have a video of every clip.
    let isWhole: Bool

    /// - Throws: `BenchError` 65, when there is no such folder or no video in it.
    init(_ choice: ScoringRequest.Videos) throws(BenchError) {
        switch choice {
        case .folder(let argument): try self.init(argument: argument)
        case .files(let configuration, let folder, let videos):
            self.init(configuration: configuration, folder: folder, videos: videos)
        }
    }

    /// Some videos of a folder.
    private init(configuration: String, folder: String, videos: [String]) {
        self.configuration = configuration
        path = folder
        companions = folder
        self.videos = videos
        isWhole = false
    }

    /// - Parameter argument: `DIR` or `NAME=DIR`. The folder holds the videos, or a folder `videos` that does.
    /// - Throws: `BenchError` 65, when there is no such folder or no video in it.
    private init(argument: String) throws(BenchError) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        let isNamed = parts.count == 2 && !isFolder(argument)
        let folder = resolved(isNamed ? parts[1] : argument)
        guard isFolder(folder) else {
            throw BenchError(.unusableInput, "\(folder) is not a folder; --videos names a folder of generated videos")
        }
        let inner = folder + "/videos"
        let holder = isFolder(inner) ? inner : folder
        path = folder
        isWhole = true
        videos = videoFiles(in: holder)
        guard !videos.isEmpty else {
            throw BenchError(
                .unusableInput, "\(holder) holds no video; put ID.mp4, ID_captionN.mp4 or ID__N.mp4 files there")
        }
        companions = isFolder(inner) || !folder.hasSuffix("/videos") ? folder : String(folder.dropLast("/videos".count))
        // A link is called by its own name, and a folder of a folder "videos" by the outer one's.
        let typed = URL(fileURLWithPath: argument).standardizedFileURL.lastPathComponent
        let outer = URL(fileURLWithPath: companions).lastPathComponent
        configuration = isNamed ? parts[0] : typed == "videos" || typed.isEmpty ? outer : typed
        guard configuration.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }), !configuration.isEmpty
        else {
            throw BenchError(
                .usage, "\(folder) gives its configuration a name with control characters; use --videos NAME=DIR")
        }
    }

    var hasMasks: Bool { isFolder(companions + "/sam2_pkls") || isFolder(companions + "/masks") }
    var hasDepth: Bool { isFolder(companions + "/depth_npzs") }
    func masks(_ video: String) -> String? { maskFile(in: companions, stem(video)) }
    func depth(_ video: String) -> String? { depthFile(in: companions, stem(video)) }
}

/// What a generated video's name says: `ID`, where that is a clip, else `ID__NAME` or `ID_captionN`.
func clipAndPrompt(_ stem: String, clips: Set<String>) -> (clip: String, prompt: String) {
    if clips.contains(stem) { return (stem, "") }
    if let cut = stem.range(of: "__") { return (String(stem[..<cut.lowerBound]), String(stem[cut.upperBound...])) }
    if let cut = stem.range(of: "_caption", options: .backwards),
        !stem[cut.upperBound...].isEmpty, stem[cut.upperBound...].allSatisfy(\.isNumber)
    {
        return (String(stem[..<cut.lowerBound]), String(stem[stem.index(after: cut.lowerBound)...]))
    }
    return (stem, "")
}

/// Whether an id may name files: nothing that could lead out of a folder.
func isPlainName(_ id: String) -> Bool {
    !id.isEmpty && !id.hasPrefix(".") && !id.contains("..")
        && id.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "/" && $0 != "\\" && $0.value != 127 }
}

func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}

/// A file's name without its folder and suffix.
public func stem(_ path: String) -> String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }

/// The foreground mask of a clip in a folder of masks; nil when there is none.
func foregroundFile(in folder: String, _ id: String) -> String? {
    firstFile(folder + "/" + id, videoExtensions) ?? (isFolder(folder + "/" + id) ? folder + "/" + id : nil)
}

/// The absolute path with symbolic links followed, as the kernel finds it; itself where there is nothing.
func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return URL(fileURLWithPath: path).standardizedFileURL.path }
    defer { free(real) }
    return String(cString: real)
}

private let videoExtensions = ["mp4", "mkv", "avi", "mov", "webm"]

private func videoFiles(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { name in !name.hasPrefix(".") || name.hasPrefix("..") }  // hidden files are not meant
        .filter { name in videoExtensions.contains { name.lowercased().hasSuffix("." + $0) } }
        .sorted().map { folder + "/" + $0 }
}

private func firstFile(_ base: String, _ extensions: [String]) -> String? {
    extensions.map { base + "." + $0 }.first { FileManager.default.fileExists(atPath: $0) }
}

private func maskFile(in folder: String, _ id: String) -> String? {
    firstFile(folder + "/sam2_pkls/" + id, ["pkl"]) ?? foregroundFile(in: folder + "/masks", id)
}

private func depthFile(in folder: String, _ id: String) -> String? {
    firstFile(folder + "/depth_npzs/" + id, ["npz", "npy"])
}
