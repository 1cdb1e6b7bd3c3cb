internal import Experiment
internal import Foundation

/// Paths in a YAML file are relative to its folder.
extension YAMLValue {
    /// The absolute path that the value says.
    func path(_ meaning: String) throws(BenchError) -> String {
        let text = try text(meaning)
        guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw wrong("has a control character; write \(meaning)")
        }
        return absolute(text, in: URL(fileURLWithPath: file).deletingLastPathComponent())
    }

    /// The absolute path of a folder that exists.
    func folder(_ meaning: String) throws(BenchError) -> String {
        let path = try path(meaning)
        guard isFolder(path) else {
            throw wrong("names \(path), which is \(exists(path) ? "not a folder" : "not there"); write \(meaning)")
        }
        return path
    }

    /// The absolute path of a file or folder that exists.
    func existing(_ meaning: String) throws(BenchError) -> String {
        let path = try path(meaning)
        guard exists(path) else { throw wrong("names \(path), which is not there; write \(meaning)") }
        return path
    }

    /// The absolute path of a network's folder that exists, or the plain name of one among a person's own.
    func network() throws(BenchError) -> String {
        let meaning = "a network's folder or the name of one of your networks"
        let (name, path) = (try text(meaning), try path(meaning))
        if !name.contains("/"), !name.hasPrefix("."), !exists(path) { return name }
        return try folder(meaning)
    }
}

/// - Parameter folder: what it is relative to.
func absolute(_ path: String, in folder: URL) -> String {
    URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path
}

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

private func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}
