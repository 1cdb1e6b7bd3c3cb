internal import Experiment
internal import Foundation
internal import Tensors

/// A network's folder under a hidden name beside its final one, until it is complete.
struct UnfinishedNetwork: ~Copyable {
    /// The hidden folder.
    let path: String
    private let target: String
    private let replaces: Bool
    private(set) var files: [NetworkCard.File] = []
    private var isDone = false

    private static let mark = ".partial-"

    /// - Parameters:
    ///   - target: the final folder; those above it are made.
    ///   - replaces: whether a network that is there may be replaced. Anything else never is.
    init(target: String, replaces: Bool) throws(BenchError) {
        let url = URL(fileURLWithPath: target)  // absolute, without a slash at the end
        self.target = url.path
        self.replaces = replaces
        let parent = url.deletingLastPathComponent().path
        let hidden = "." + url.lastPathComponent + Self.mark
        path = "\(parent)/\(hidden)\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try Self.check(self.target, replaces: replaces)
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(target, error.localizedDescription)
        }
        Self.removeLeftovers(hidden, in: parent)
        let folder = path
        let code = UnfinishedFiles.begin(folder) { mkdir(folder, 0o777) == 0 ? 0 : errno }
        guard code == 0 else { throw .unwritable(target, String(cString: strerror(code))) }
    }

    deinit {
        let path = path
        if !isDone { UnfinishedFiles.end(path) { try? FileManager.default.removeItem(atPath: path) } }
    }

    private static func check(_ target: String, replaces: Bool) throws(BenchError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw BenchError(.usage, "\(target) is a file; name a folder that is not there")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
        guard !names.isEmpty else { return }
        guard names.contains(NetworkFolder.cardName) else {
            throw BenchError(.usage, "\(target) holds other files than a network; name another folder")
        }
        guard replaces else {
            throw BenchError(
                .usage, "\(target) already holds a network; replace it with --replace, or name another folder")
        }
    }

    /// What imports of this machine that were killed left of the same network.
    private static func removeLeftovers(_ hidden: String, in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(hidden) {
            guard let owner = name.dropFirst(hidden.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                owner > 0, kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// Takes a file into the folder under a name, hashing it on the way.
    /// - Parameter links: makes a hard link, which takes no space.
    mutating func add(_ role: String, from source: String, as name: String, links: Bool) throws(BenchError) {
        try checkFree(name)
        let destination = path + "/" + name
        if links {
            // A name that is itself a link stands for what it leads to.
            guard linkat(AT_FDCWD, source, AT_FDCWD, destination, AT_SYMLINK_FOLLOW) == 0 else {
                let reason = String(cString: strerror(errno))
                throw BenchError(
                    .missing, "\(source) cannot be linked to \(target) (\(reason)); import it without --link")
            }
            return try add(role, written: name)
        }
        files.append(.init(role: role, file: name, sha256: try copyAndHash(source, to: destination)))
    }

    /// Takes a file that was written into the folder already.
    mutating func add(_ role: String, written name: String) throws(BenchError) {
        files.append(.init(role: role, file: name, sha256: try Artifact(hashing: path + "/" + name).sha256))
    }

    private func checkFree(_ name: String) throws(BenchError) {
        guard name != NetworkFolder.cardName, !files.contains(where: { $0.file == name }) else {
            throw BenchError(.unusableInput, "two files of the network are called \(name); rename one")
        }
    }

    /// Writes the card and gives the folder its name.
    mutating func finish(_ card: NetworkCard) throws(BenchError) -> NetworkFolder {
        do {
            try Data(card.text().utf8).write(to: URL(fileURLWithPath: path + "/" + NetworkFolder.cardName))
        } catch {
            throw .unwritable(target, error.localizedDescription)
        }
        // Read before it is published: a card that cannot be read would be a mistake of ours or of an odd name.
        _ = try NetworkFolder(path: path)
        try Self.check(target, replaces: replaces)
        let (path, target) = (path, target)
        let old = path + "-old"
        let code = UnfinishedFiles.end(path) {
            let replaces = FileManager.default.fileExists(atPath: target)
            guard !replaces || rename(target, old) == 0 else { return errno }
            guard rename(path, target) != 0 else { return 0 }
            let code = errno
            if replaces { _ = rename(old, target) }
            return code
        }
        guard code == 0 else { throw .unwritable(target, String(cString: strerror(code))) }
        try? FileManager.default.removeItem(atPath: old)
        isDone = true
        return try NetworkFolder(path: target)
    }
}

private func copyAndHash(_ source: String, to destination: String) throws(BenchError) -> String {
    let input = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard input >= 0 else {
        throw BenchError(
            .unusableInput, "\(source) cannot be read (\(String(cString: strerror(errno)))); check its name")
    }
    defer { close(input) }
    let output = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw .unwritable(destination, String(cString: strerror(errno))) }
    defer { close(output) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(input, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else {
            throw BenchError(
                .unusableInput, "\(source) cannot be read to its end (\(String(cString: strerror(errno))))")
        }
        if count == 0 { break }
        hash.update(buffer[..<count])
        var written = 0
        while written < count {
            let n = buffer.withUnsafeBytes { write(output, $0.baseAddress! + written, count - written) }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { throw .unwritable(destination, String(cString: strerror(errno))) }
            written += n
        }
    }
    guard fsync(output) == 0 else { throw .unwritable(destination, String(cString: strerror(errno))) }
    return hash.finish()
}
