internal import Experiment
internal import Foundation

/// A hidden folder beside a video for what is not finished, removed with its last owner. Its name carries the machine and
/// the process's number, so that what a killed one left is found and removed by the next one of that machine: other
/// machines that share the folder are none of its business.
final class WorkFolder: Sendable {
    let path: String
    private static let prefix = ".transferbench-work-"
    /// The variable that tells programs where their work folder is.
    static let variable = "TRANSFERBENCH_WORK"

    /// - Throws: `BenchError` when there is no folder to write to.
    init(beside output: String) throws(BenchError) {
        let parent = URL(fileURLWithPath: output).deletingLastPathComponent().path
        Self.remove(in: parent) { owner in kill(owner, 0) != 0 && errno == ESRCH }
        path = "\(parent)/\(Self.prefix)\(Self.machine)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(path, 0o777) == 0 else {
            throw BenchError(
                .missing,
                "\(output) cannot be written (\(String(cString: strerror(errno)))); check the folder and its permissions"
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// What programs that work here have in their environment.
    var mark: String { Self.mark(path) }

    private static func mark(_ path: String) -> String { "\(variable)=\(path)" }

    /// Removes all work folders of this process in a folder, for its sudden end.
    static func removeOwn(in parent: String) { remove(in: parent) { $0 == getpid() } }

    /// Removes work folders of this machine, and ends what still works in them.
    private static func remove(in parent: String, of isMeant: (pid_t) -> Bool) {
        let own = prefix + machine + "-"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(own) {
            guard let owner = name.dropFirst(own.count).split(separator: "-").first.flatMap({ pid_t($0) }), owner > 0,
                isMeant(owner)
            else { continue }
            ProcessFamily(session: nil, mark: mark(parent + "/" + name)).end()
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
    }

    /// Tells machines apart, also containers that share one: only within it do process numbers mean the same.
    private static var machine: String {
        let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
        let processes = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        return String(
            Identity(of: [
                String(decoding: boot ?? Data(), as: UTF8.self), processes ?? "", ProcessInfo.processInfo.hostName,
            ]).hex.prefix(12))
    }
}

extension WorkFolder {
    /// Gives a finished video its place: the task's, or where a file lies there, the first free one beside it.
    /// - Returns: where the video lies now.
    /// - Throws: `BenchError`, when it cannot be written.
    func place(_ name: String, for task: VideoTask) throws(BenchError) -> String {
        let made = file(name)
        let descriptor = open(made, O_RDONLY | O_CLOEXEC)
        let isSafe = descriptor >= 0 && fsync(descriptor) == 0
        if descriptor >= 0 { close(descriptor) }
        guard isSafe else { throw unwritable(task.output) }
        for number in 0... {
            let place = task.place(number)
            if number > 0 {
                mkdir(URL(fileURLWithPath: place).deletingLastPathComponent().path, 0o777)
            }
            if moveWithoutReplacing(made, to: place) { return place }
            guard errno == EEXIST else { throw unwritable(place) }
        }
        throw unwritable(task.output)
    }

    private func unwritable(_ place: String) -> BenchError {
        BenchError(
            .unusableInput,
            "\(place) cannot be written (\(String(cString: strerror(errno)))); check the folder and free space")
    }
}

/// Renames a file, unless there is one of the new name.
/// - Returns: whether it was done; if not, `errno` says why.
private func moveWithoutReplacing(_ file: String, to place: String) -> Bool {
    if link(file, place) == 0 {
        unlink(file)
        return true
    }
    guard [EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) else { return false }
    // A file system without links: an empty file takes the name first.
    let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return rename(file, place) == 0
}

/// Removes what is unfinished of this process's videos, for its sudden end.
/// - Parameter folder: of the videos: CONFIGURATION/ID.mp4.
public func removeUnfinishedVideos(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        WorkFolder.removeOwn(in: folder + "/" + name)
    }
}
