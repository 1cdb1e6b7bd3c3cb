import Foundation

/// Temporary folders of this program. Their names carry the process's number, so that what a killed one left is found and
/// removed by the next.
public enum ScratchFolder {
    private static let prefix = "transferbench-scratch-"

    /// A path for a new folder, which its user makes. Folders of processes that are gone are removed first.
    public static func path() -> String {
        removeFolders { owner in kill(owner, 0) != 0 && errno == ESRCH }
        return NSTemporaryDirectory() + "\(prefix)\(getpid())-\(UUID().uuidString)"
    }

    /// Removes all folders of this process, for its sudden end.
    public static func removeOwn() { removeFolders { $0 == getpid() } }

    private static func removeFolders(of isMeant: (pid_t) -> Bool) {
        let folder = NSTemporaryDirectory()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
            guard let owner = name.dropFirst(prefix.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                owner > 0, isMeant(owner)
            else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}
