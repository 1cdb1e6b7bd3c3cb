internal import Foundation
internal import Synchronization

/// The files of a folder by the ids of clips, however a disk writes them: an accent as one character or as two (as macOS
/// copies them), suffixes in capitals.
public struct FolderListing: Sendable {
    /// Swift's strings are equal when they read the same, whatever their bytes.
    private struct Key: Hashable {
        let stem: String
        /// In small letters.
        let suffix: String
    }

    private let folder: String
    /// Names as they are on the disk, in their order.
    private let names: [Key: [String]]

    /// Lists a folder; one that cannot be read has no files. Hidden files are passed over: they are not meant.
    public init(_ folder: String) {
        self.folder = folder
        var names: [Key: [String]] = [:]
        for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        where !name.hasPrefix(".") {
            let suffix = (name as NSString).pathExtension
            names[Key(stem: (name as NSString).deletingPathExtension, suffix: suffix.lowercased()), default: []]
                .append(name)
            if !suffix.isEmpty { names[Key(stem: name, suffix: ""), default: []].append(name) }
        }
        self.names = names
    }

    /// The paths of an id's files: those of the first suffix before those of the second, and an exact name before others.
    /// - Parameter suffixes: in small letters; "" for the name itself, as a folder's.
    public func paths(_ id: String, _ suffixes: [String]) -> [String] {
        suffixes.flatMap { suffix in
            let exact = Array((suffix.isEmpty ? id : id + "." + suffix).utf8)
            let found = names[Key(stem: id, suffix: suffix)] ?? []
            return found.filter { Array($0.utf8) == exact } + found.filter { Array($0.utf8) != exact }
        }.map { folder + "/" + $0 }
    }
}

/// Listings of folders, each read once.
public final class FolderListings: Sendable {
    private let known = Mutex<[String: FolderListing]>([:])

    public init() {}

    /// - Parameter folder: its path.
    public subscript(folder: String) -> FolderListing {
        known.withLock { known in
            if let listing = known[folder] { return listing }
            let listing = FolderListing(folder)
            known[folder] = listing
            return listing
        }
    }
}

/// Suffixes of video files in folders of clips. GIF is not among them: a preview often lies beside the video.
public let videoSuffixes = [
    "mp4", "mkv", "avi", "mov", "webm", "m4v", "mpg", "mpeg", "ts", "mts", "m2ts", "ogv", "wmv", "flv", "y4m",
]

extension Clip {
    /// Whether a text may be a clip's id and so name files: nothing that could lead out of a folder or is hidden.
    public static func isName(_ id: String) -> Bool {
        !id.isEmpty && !id.hasPrefix(".") && !id.contains("..")
            && id.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "/" && $0 != "\\" && $0.value != 127 }
    }

    /// An id in the one form that names and identities have, whatever form of accents it was written in.
    public static func name(_ id: String) -> String { id.precomposedStringWithCanonicalMapping }
}
