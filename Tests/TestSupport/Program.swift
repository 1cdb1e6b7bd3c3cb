public import Foundation

/// The built command-line program, run as a user would.
public struct Program: Sendable {
    /// What a finished process left.
    public struct Result: Sendable {
        public let status: Int32
        public let output: String
        public let errors: String
    }

    public let path: String

    /// The program beside the test bundle.
    public init() {
        let products =
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        path = products.appendingPathComponent("transferbench").path
    }

    /// Starts it without waiting; its output goes to files in `folder`.
    public func start(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], shell: String? = nil
    ) throws -> (process: Process, collect: @Sendable () -> Result) {
        let process = Process()
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", shell, "sh", path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let names = [UUID().uuidString, UUID().uuidString].map { folder.file($0) }
        for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: names[0])
        process.standardError = FileHandle(forWritingAtPath: names[1])
        try process.run()
        return (
            process,
            {
                process.waitUntilExit()
                let texts = names.map {
                    String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self)
                }
                for name in names { try? FileManager.default.removeItem(atPath: name) }
                return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
            }
        )
    }

    /// Runs it to its end.
    /// - Parameter shell: a shell line that runs the program as `"$@"`, where it needs a prepared surrounding.
    public func run(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], shell: String? = nil
    ) throws -> Result {
        try start(arguments, in: folder, environment: environment, shell: shell).collect()
    }
}
