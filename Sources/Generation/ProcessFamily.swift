internal import Foundation

/// A program with everything that it started: the processes of its session; those that carry its mark in their environment,
/// also after they have left the session and their parents are gone (daemons); and all that are started by one of these.
///
/// Only a process that has left the session, lost its parent and cleared its environment is not found.
struct ProcessFamily: Sendable {
    /// The session, which has the number of the program that leads it; nil where that program is gone.
    let session: pid_t?
    /// A variable of the environment that no other program has, as "NAME=VALUE".
    let mark: String

    /// Those that run, without the session's leader where that is to be spared.
    func members(sparingLeader: Bool = false) -> [pid_t] {
        let all = Self.processes()
        let mark = Array(mark.utf8)
        var members = Set(
            all.filter { $0.session == session || Self.environment(of: $0.pid).contains(mark) }.map(\.pid))
        var count = 0
        while count != members.count {
            count = members.count
            for one in all where members.contains(one.parent) { members.insert(one.pid) }
        }
        members.remove(getpid())
        if sparingLeader, let session { members.remove(session) }
        return members.sorted()
    }

    /// Ends them all, at once; what is being started meanwhile is ended too.
    func end(sparingLeader: Bool = false) {
        if !sparingLeader, let session { kill(-session, SIGKILL) }
        // Processes that wait for a device cannot be ended: there has to be a last round.
        for _ in 0..<400 {
            let members = members(sparingLeader: sparingLeader)
            if members.isEmpty { return }
            for pid in members { kill(pid, SIGKILL) }
            usleep(5000)
        }
    }

    private struct Process {
        let pid, parent, session: pid_t
    }

    /// All processes that have not ended.
    private static func processes() -> [Process] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { name in
            guard let pid = pid_t(name), let data = FileManager.default.contents(atPath: "/proc/\(name)/stat") else {
                return nil
            }
            // PID (NAME) STATE PARENT GROUP SESSION …, where NAME may have any characters.
            let text = String(decoding: data, as: UTF8.self)
            guard let end = text.lastIndex(of: ")") else { return nil }
            let fields = text[text.index(after: end)...].split(separator: " ", maxSplits: 4)
            guard fields.count >= 4, !["Z", "X"].contains(fields[0]), let parent = pid_t(fields[1]),
                let session = pid_t(fields[3])
            else { return nil }
            return Process(pid: pid, parent: parent, session: session)
        }
    }

    /// The variables that a process was started with; none of a process that is another person's.
    private static func environment(of pid: pid_t) -> Set<[UInt8]> {
        Set(
            (FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()).split(separator: 0).map(Array.init)
        )
    }
}
