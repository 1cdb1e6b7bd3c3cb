internal import CProcess
internal import Experiment
internal import Foundation

/// A program that was started: the leader of a session of its own. Nothing but its own end is waited for: what it leaves
/// running may hold its files open as long as it likes.
struct ChildProcess: Sendable {
    /// How a program ended.
    enum End: Equatable {
        case exit(code: Int32)
        case signal(Int32)
    }

    let pid: pid_t

    /// Starts a program with this process's environment and more, and no other open file than its output.
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - output, errors: files that standard output and standard error are added to.
    /// - Returns: the process, or the system's error.
    static func start(
        _ program: String, _ arguments: [String], environment: [String: String], output: String, errors: String
    ) -> Result<ChildProcess, POSIXError> {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var pid: pid_t = 0
        let code = withCStrings([program] + arguments) { words in
            withCStrings(variables) { cprocess_start(&pid, program, words, $0, output, errors) }
        }
        guard code == 0 else { return .failure(POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL)) }
        return .success(ChildProcess(pid: pid))
    }

    /// Whether the program itself has ended. Its number is not given to another process before `reap`.
    var hasEnded: Bool {
        var info = siginfo_t()
        // An error means that there is no such child any more.
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_signo == SIGCHLD
    }

    /// Waits for the program's end and gives its number back to the system; to be called once.
    func reap() -> End {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? .exit(code: status >> 8 & 0xFF) : .signal(signal)
    }
}

/// Gives texts to C as a list that ends with NULL.
private func withCStrings<T>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
