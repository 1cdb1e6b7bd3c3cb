internal import Foundation
internal import Tensors

/// A file or folder under a temporary name beside its final one, until it is complete; it goes with its last owner.
final class UnfinishedFile {
    /// The temporary name: hidden, in the same folder, of the same suffix.
    let path: String
    /// The file, open for writing; -1 for a folder.
    let descriptor: Int32
    private let finalPath: String
    private let isFolder: Bool
    private var isCommitted = false

    /// Makes it.
    /// - Throws: `FileError`, when there can be no file or folder of that name.
    init(path finalPath: String, isFolder: Bool) throws(FileError) {
        let url = URL(fileURLWithPath: finalPath)  // absolute, without a slash at the end
        self.finalPath = url.path
        self.isFolder = isFolder
        let name = HiddenName(of: url, isFolder: isFolder)
        try Self.checkPlace(url, named: finalPath, isFolder: isFolder)
        name.removeLeftovers()
        let path = name.unique()
        self.path = path
        let made = UnfinishedFiles.begin(path) {
            let result = isFolder ? mkdir(path, 0o777) : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            return (result: result, code: errno)
        }
        descriptor = isFolder ? -1 : made.result
        guard made.result >= 0 else {
            isCommitted = true  // there is nothing to remove
            UnfinishedFiles.end(path) {}
            throw refusal("cannot be written", made.code, file: finalPath)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        guard !isCommitted else { return }
        UnfinishedFiles.end(path) { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Gives it its final name, after its bytes are on the disk; what had that name is replaced.
    func commit() throws(FileError) {
        if isFolder, FileManager.default.fileExists(atPath: finalPath) { return try replaceFolder() }
        // Removed or moved away meanwhile, it has no name to take from.
        guard access(path, F_OK) == 0, isFolder || fsync(descriptor) == 0 else {
            throw refusal("cannot be completed", errno, file: finalPath)
        }
        let code = UnfinishedFiles.end(path) { rename(path, finalPath) == 0 ? 0 : errno }
        isCommitted = code == 0
        guard isCommitted else { throw refusal("cannot be written", code, file: finalPath) }
    }

    private func replaceFolder() throws(FileError) {
        try Self.checkReplaceable(finalPath, named: finalPath)
        let old = path + "-old"
        let code = UnfinishedFiles.end(path) {
            guard rename(finalPath, old) == 0 else { return errno }
            guard rename(path, finalPath) == 0 else {
                let code = errno
                _ = rename(old, finalPath)
                return code
            }
            return 0
        }
        isCommitted = code == 0
        guard isCommitted else { throw refusal("cannot be replaced", code, file: finalPath) }
        try? FileManager.default.removeItem(atPath: old)
    }

    /// Looks at the place without making anything.
    /// - Throws: `FileError` that says why nothing of that name can be made there.
    static func checkPlace(_ url: URL, named file: String, isFolder: Bool) throws(FileError) {
        let parent = url.deletingLastPathComponent().path
        let bytes = url.lastPathComponent.utf8.count
        var status = stat()
        let isThere = stat(parent, &status) == 0
        if !isThere, errno != ENOENT, errno != ENOTDIR { throw refusal("cannot be written", errno, file: file) }
        guard isThere, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileError(.unreadable, file: file, "cannot be written: the folder \(parent) does not exist")
        }
        let most = HiddenName.mostBytes(in: parent)
        guard bytes <= most else {
            throw FileError(
                .unreadable, file: file,
                "has a name of \(bytes) bytes, and names in \(parent) have at most \(most); shorten it")
        }
        guard access(parent, W_OK | X_OK) == 0 else { throw refusal("cannot be written", errno, file: file) }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else { return }
        guard isDirectory.boolValue == isFolder else {
            throw FileError(
                .unreadable, file: file,
                isFolder ? "is a file, not a folder; name another" : "is a folder; name a file in it")
        }
        if isFolder { try checkReplaceable(url.path, named: file) }
    }

    /// A folder is replaced only when nothing but images of an earlier run can be lost.
    private static func checkReplaceable(_ folder: String, named file: String) throws(FileError) {
        guard VideoKind.isImageFolder(folder) else {
            throw FileError(
                .unreadable, file: file, "holds other files than numbered PNG images; name another folder")
        }
    }
}

/// With the system's reason.
func refusal(_ what: String, _ code: Int32, file: String) -> FileError {
    FileError(.unreadable, file: file, "\(what) (\(String(cString: strerror(code)))); \(writeRemedy)")
}
