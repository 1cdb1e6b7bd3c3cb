internal import Foundation
internal import Synchronization

/// The files and folders that this process has under temporary names, so that its sudden end can take them away.
///
/// A process has one end for all its threads, and so it has one such list.
public enum UnfinishedFiles {
    private static let paths = Mutex<Set<String>>([])

    /// Makes a file or folder that is not to outlive the process under this name.
    public static func begin<T>(_ path: String, _ make: () -> T) -> T {
        paths.withLock { paths in
            paths.insert(path)
            return make()
        }
    }

    /// Removes it, or gives it its final name; whatever `settle` does, its temporary name is no longer ours.
    @discardableResult
    public static func end<T>(_ path: String, _ settle: () -> T) -> T {
        paths.withLock { paths in
            paths.remove(path)
            return settle()
        }
    }

    /// Removes all of them and ends the process. Other threads that begin or end one meanwhile wait for that end, so that none
    /// is left behind and none takes its loss for an error.
    public static func removeAll(then end: () -> Never) -> Never {
        paths.withLock { paths in
            for path in paths { try? FileManager.default.removeItem(atPath: path) }
            end()
        }
    }
}
