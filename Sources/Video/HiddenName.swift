internal import Foundation
internal import Tensors

/// Temporary names of one file: they begin alike, so that what a killed process left is found.
struct HiddenName {
    private let folder: String
    private let start: String
    private let suffix: String

    init(of url: URL, isFolder: Bool) {
        folder = url.deletingLastPathComponent().path
        suffix = isFolder || url.pathExtension.isEmpty ? "" : "." + url.pathExtension
        let mark = ".partial-" + Self.host + "-"
        // Of a long name only the beginning; the checksum tells it from others.
        let name = String(url.lastPathComponent.dropLast(suffix.count))
        let room = Self.mostBytes(in: folder) - 1 - mark.utf8.count - Self.uniqueBytes - suffix.utf8.count
        if name.utf8.count <= room {
            start = "." + name + mark
        } else {
            var kept = name[...]
            while kept.utf8.count > max(0, room - 9) { kept.removeLast() }
            start = "." + kept + "~" + String(Zlib.checksum(Array(name.utf8)), radix: 16) + mark
        }
    }

    /// A name that no other file has.
    func unique() -> String { "\(folder)/\(start)\(getpid())-\(UInt32.random(in: 0 ... .max))\(suffix)" }

    /// Removes what processes of this machine that have ended left of the same file.
    func removeLeftovers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(start) {
            guard let owner = name.dropFirst(start.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                owner > 0, kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// The longest name that a folder's file system takes.
    static func mostBytes(in folder: String) -> Int {
        let most = pathconf(folder, Int32(_PC_NAME_MAX))
        return most > 0 ? most : 255
    }

    /// A process's number, a dash, and a random number.
    private static let uniqueBytes = 10 + 1 + 10

    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
