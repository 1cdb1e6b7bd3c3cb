import Experiment
import Foundation

/// Checks on where a command will write, made before its work.
enum OutputPath {
    /// The path to write to: where a symbolic link leads, it is the link's target.
    /// - Parameter inputs: files and folders that the command reads, which it must not replace.
    /// - Throws: `BenchError` 69 when nothing can be written there, 64 when it is one of the inputs.
    static func resolved(_ path: String, inputs: [String]) throws(BenchError) -> String {
        guard !path.isEmpty else { throw BenchError(.usage, "the result has an empty name; give it one") }
        let target = real(path)
        if let input = inputs.first(where: { real($0) == target }) {
            throw BenchError(.usage, "\(path): is also an input (\(input)) and would be lost; name another")
        }
        var status = stat()
        if stat(target, &status) == 0 {
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR else {
                throw BenchError(.missing, "\(path): is not a regular file; name a file or a folder")
            }
        }
        let place = URL(fileURLWithPath: target)
        let folder = place.deletingLastPathComponent().path
        let (bytes, most) = (place.lastPathComponent.utf8.count, pathconf(folder, Int32(_PC_NAME_MAX)))
        guard most <= 0 || bytes <= most else {
            throw BenchError(
                .missing,
                "\(path): has a name of \(bytes) bytes, and names in \(folder) have at most \(most); shorten it")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw BenchError(
                .missing, "\(path): cannot be written, the folder \(folder): \(String(cString: strerror(errno)))")
        }
        return path.hasSuffix("/") ? target + "/" : target
    }

    /// The path without links, as far as it exists.
    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
