import Foundation
internal import GRDB

/// Where a store is, and where it was born. Paths inside its folder are kept relative to it, as "./suite-videos/Vis/a.mkv", so
/// that the store and what lies beside it can be moved together.
struct StorePlace: Sendable {
    /// The folder's real path, without a slash at its end; "" for the root.
    let folder: String
    /// What `folder` was when the store was made, or before it was first moved: runs are known by paths as they were then.
    let birth: String

    private static let mark = "./"

    /// A path as the store keeps it.
    func kept(_ path: String) -> String {
        path.hasPrefix(folder + "/") ? Self.mark + path.dropFirst(folder.count + 1) : path
    }

    /// The absolute path of what the store keeps; what is no path is the same.
    func shown(_ kept: String) -> String {
        kept.hasPrefix(Self.mark) ? folder + "/" + kept.dropFirst(Self.mark.count) : kept
    }

    /// The path that a file of now had where the store was born.
    func former(_ path: String) -> String {
        path == folder || path.hasPrefix(folder + "/") ? birth + path.dropFirst(folder.count) : path
    }

    /// The real path of the folder that a store is in, whether or not there is a store yet.
    static func folder(of store: String) -> String {
        func real(_ path: String) -> String? {
            guard let real = realpath(path, nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
        let parent = URL(fileURLWithPath: store).deletingLastPathComponent().standardizedFileURL.path
        let folder =
            real(store).map { URL(fileURLWithPath: $0).deletingLastPathComponent().path } ?? real(parent) ?? parent
        return folder == "/" ? "" : folder
    }

    /// The place of a store whose tables are up to date.
    init(folder: String, _ db: Database) throws {
        self.folder = folder
        birth = try String.fetchOne(db, sql: "SELECT folder FROM birthplace") ?? folder
    }
}

extension Store {
    /// The path that a file of now had where the store was born: what is known by its path stays known when it is moved with
    /// the store.
    public func former(_ path: String) -> String { place.former(path) }
}
