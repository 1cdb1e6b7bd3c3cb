public import Foundation

/// Files outside the test bundles.
public enum Places {
    /// The root of the repository.
    public static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The recorded benchmark that ships with the project.
    public static let recorded = repository.appendingPathComponent("Fixtures/recorded").path

    /// Numbers that independent implementations computed.
    public static let references = repository.appendingPathComponent("Fixtures/references").path

    /// The folder of real clips beside the repository; nil, with a line that says so, where it is absent.
    public static let clips: String? = {
        let path = repository.deletingLastPathComponent().appendingPathComponent("shared/clips").path
        if FileManager.default.fileExists(atPath: path + "/expected.json") { return path }
        print("SKIPPED: tests on real clips, because ../shared/clips is not beside the repository")
        return nil
    }()
}

/// A folder that is removed at the end of a test.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() {
        path = FileManager.default.temporaryDirectory.path + "/transferbench-test-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes bytes and returns the file's path.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    @discardableResult
    public func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}
