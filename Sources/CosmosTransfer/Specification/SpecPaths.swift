internal import Experiment
internal import Foundation

/// Finds the files that a specification names: relative to the working folder, as the official tool does, else relative to
/// the file that names them.
struct SpecPaths {
    /// Where the command was started.
    let workingFolder: String
    /// The file that names the paths.
    let file: String
    /// The file as sentences begin with it, with the line where it has many.
    let place: String

    init(workingFolder: String, file: String, place: String? = nil) {
        (self.workingFolder, self.file, self.place) = (workingFolder, file, place ?? file)
    }

    /// An absolute path of something that exists.
    /// - Throws: `BenchError` that names what was tried.
    func existing(_ path: String, as what: String) throws(BenchError) -> String {
        guard !path.isEmpty, !path.contains("\0") else {
            throw BenchError(.unusableInput, "\(place): \(what) names no file")
        }
        let tried = candidates(path)
        if let found = tried.first(where: { FileManager.default.fileExists(atPath: $0) }) { return found }
        throw BenchError(
            .unusableInput, "\(place): \(what) '\(path)' does not exist; looked for \(tried.joined(separator: " and "))"
        )
    }

    private func candidates(_ path: String) -> [String] {
        guard !path.hasPrefix("/") else { return [path] }
        let here = URL(fileURLWithPath: workingFolder, isDirectory: true)
        let beside = URL(fileURLWithPath: file, relativeTo: here).deletingLastPathComponent()
        var result: [String] = []
        for folder in [here, beside] {
            let full = folder.appendingPathComponent(path).standardized.path
            if !result.contains(full) { result.append(full) }
        }
        return result
    }
}
