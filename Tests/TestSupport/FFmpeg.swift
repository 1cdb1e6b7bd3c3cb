internal import Foundation

/// The FFmpeg program, which makes the files that tests read.
public enum FFmpeg {
    /// It ended otherwise than well.
    public struct Failure: Error { public let words: [String] }

    /// Runs it in a folder, where it may replace files.
    /// - Parameter words: its arguments, separated by spaces; `more` are taken as they are.
    public static func run(_ words: String, _ more: [String] = [], in folder: TemporaryFolder) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["ffmpeg", "-v", "quiet", "-nostdin", "-y"] + words.split(separator: " ").map(String.init) + more
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(words: process.arguments ?? []) }
    }

    /// Writes a moving test picture.
    /// - Parameters:
    ///   - name: of the file, whose suffix names the container.
    ///   - options: of the encoder.
    /// - Returns: the file's path.
    @discardableResult
    public static func make(
        _ name: String, frames: Int = 20, size: String = "64x48", rate: String = "24", _ options: String = "",
        in folder: TemporaryFolder
    ) throws -> String {
        try run(
            "-f lavfi -i testsrc2=size=\(size):rate=\(rate) -frames:v \(frames) -map 0:v -threads 1 \(options)", [name],
            in: folder)
        return folder.file(name)
    }
}
