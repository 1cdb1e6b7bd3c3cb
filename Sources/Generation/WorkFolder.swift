internal import Experiment
internal import Foundation

/// A hidden folder beside a video for what is not finished, removed with its last owner. Its name carries the process's
/// number, so that what a killed one left is found and removed by the next.
final class WorkFolder {
    let path: String
    private static let prefix = ".transferbench-work-"

    /// - Throws: `BenchError` when there is no folder to write to.
    init(beside output: String) throws(BenchError) {
        let parent = URL(fileURLWithPath: output).deletingLastPathComponent().path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix(Self.prefix) {
            guard let owner = name.dropFirst(Self.prefix.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                owner > 0, kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
        path = "\(parent)/\(Self.prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(path, 0o777) == 0 else {
            throw BenchError(
                .missing,
                "\(output) cannot be written (\(String(cString: strerror(errno)))); check the folder and its permissions"
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// Gives a finished file its place; what was there is replaced.
    func move(_ name: String, to output: String) throws(BenchError) {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        let isSafe = descriptor >= 0 && fsync(descriptor) == 0
        if descriptor >= 0 { close(descriptor) }
        guard isSafe, rename(file(name), output) == 0 else {
            throw BenchError(
                .unusableInput,
                "\(output) cannot be written (\(String(cString: strerror(errno)))); check the folder and free space")
        }
    }
}
