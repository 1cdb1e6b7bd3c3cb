internal import Experiment
import Foundation
internal import Tensors

/// A reference dataset in the TransferBench / PAI-Bench layout (metrics.md §1): `videos`, `captions`, and where they exist
/// `sam2_pkls` or `masks`, `depth_npzs` and `foreground`.
struct DatasetFolder {
    let path: String
    /// Reference videos by clip; two are one too many.
    private let files: [String: [String]]
    private let listings = FolderListings()

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
        files = Dictionary(grouping: videoFiles(in: path + "/videos")) { Clip.name(stem($0)) }
    }

    /// The reference video of a clip; nil when there is none.
    /// - Throws: `BenchError` 65, when two files could be it.
    func video(_ id: String) throws(BenchError) -> String? {
        guard let found = files[id], found.count > 1 else { return files[id]?.first }
        throw BenchError(
            .unusableInput,
            "\(found.joined(separator: " and ")) are both the reference video of clip \(id); remove all but one")
    }

    var clips: Set<String> { Set(files.keys) }

    /// The clip's own caption: of a JSON object the text under `caption`, or under its only key; nil where it has no caption
    /// file.
    /// - Throws: `BenchError` 65, when the file is no such object.
    func caption(_ id: String) throws(BenchError) -> String? {
        guard let file = captionFile(id) else { return nil }
        _ = try FileStamp.of(file)
        let document: JSON
        do throws(FileError) { document = try JSON(path: file) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        if case .string(let text)? = document["caption"] { return text }
        if case .object(let members) = document, members.count == 1, case .string(let text) = members[0].value {
            return text
        }
        throw BenchError(.unusableInput, "\(file) is not a caption; write a JSON object, as {\"caption\": \"…\"}")
    }

    func hasCaption(_ id: String) -> Bool { captionFile(id) != nil }

    private func captionFile(_ id: String) -> String? { listings[path + "/captions"].paths(id, ["json"]).first }

    /// Files that could be the clip's masks; the first is.
    func masks(_ id: String) -> [String] { maskFiles(in: path, id, listings) }
    func depth(_ id: String) -> [String] { depthFiles(in: path, id, listings) }
    /// Videos and folders of pictures of the clip in any folder; the first counts.
    func pictures(of id: String, in folder: String) -> [String] { pictureFiles(in: folder, id, listings) }
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
    /// What has their masks and depth.
    private let companions: [String]
    private let listings = FolderListings()
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
        let folders = videos.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        companions = folders.isEmpty ? [folder] : Array(Set(folders))
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
        let outside =
            isFolder(inner) || !folder.hasSuffix("/videos") ? folder : String(folder.dropLast("/videos".count))
        companions = [outside]
        // A link is called by its own name, and a folder of a folder "videos" by the outer one's.
        let typed = URL(fileURLWithPath: argument).standardizedFileURL.lastPathComponent
        let outer = URL(fileURLWithPath: outside).lastPathComponent
        configuration = isNamed ? parts[0] : typed == "videos" || typed.isEmpty ? outer : typed
        guard configuration.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }), !configuration.isEmpty
        else {
            throw BenchError(
                .usage, "\(folder) gives its configuration a name with control characters; use --videos NAME=DIR")
        }
    }

    var hasMasks: Bool { companions.contains { isFolder($0 + "/sam2_pkls") || isFolder($0 + "/masks") } }
    var hasDepth: Bool { companions.contains { isFolder($0 + "/depth_npzs") } }
    func masks(_ video: String) -> [String] { maskFiles(in: companion(of: video), stem(video), listings) }
    func depth(_ video: String) -> [String] { depthFiles(in: companion(of: video), stem(video), listings) }

    private func companion(of video: String) -> String {
        companions.count == 1 ? companions[0] : URL(fileURLWithPath: video).deletingLastPathComponent().path
    }
}

/// What a generated video's name says: `ID`, where that is a clip, else `ID__NAME` or `ID_captionN`. An id may itself hold
/// `__` or end in `_captionN`: of several readings the one with the longest known clip counts.
func clipAndPrompt(_ stem: String, clips: Set<String>) -> (clip: String, prompt: String) {
    let stem = Clip.name(stem)
    if clips.contains(stem) { return (stem, "") }
    var readings: [(clip: String, prompt: String)] = stem.indices.filter { stem[$0...].hasPrefix("__") }.map {
        (String(stem[..<$0]), String(stem[$0...].dropFirst(2)))
    }
    if let cut = stem.range(of: "_caption", options: .backwards),
        !stem[cut.upperBound...].isEmpty, stem[cut.upperBound...].allSatisfy(\.isNumber)
    {
        readings.append((String(stem[..<cut.lowerBound]), String(stem[stem.index(after: cut.lowerBound)...])))
    }
    let known = readings.filter { clips.contains($0.clip) }
    return known.max { $0.clip.count < $1.clip.count } ?? readings.first ?? (stem, "")
}

func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}

/// A file's name without its folder and suffix.
public func stem(_ path: String) -> String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent }

/// The absolute path with symbolic links followed, as the kernel finds it; itself where there is nothing.
func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return URL(fileURLWithPath: path).standardizedFileURL.path }
    defer { free(real) }
    return String(cString: real)
}

private func videoFiles(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { name in !name.hasPrefix(".") || name.hasPrefix("..") }  // hidden files are not meant
        .filter { name in videoSuffixes.contains { name.lowercased().hasSuffix("." + $0) } }
        .sorted().map { folder + "/" + $0 }
}

private func pictureFiles(in folder: String, _ id: String, _ listings: FolderListings) -> [String] {
    listings[folder].paths(id, videoSuffixes) + listings[folder].paths(id, [""]).filter(isFolder)
}

private func maskFiles(in folder: String, _ id: String, _ listings: FolderListings) -> [String] {
    let pickled = listings[folder + "/sam2_pkls"].paths(id, ["pkl"])
    return pickled.isEmpty ? pictureFiles(in: folder + "/masks", id, listings) : pickled
}

private func depthFiles(in folder: String, _ id: String, _ listings: FolderListings) -> [String] {
    listings[folder + "/depth_npzs"].paths(id, ["npz", "npy"])
}
