internal import Foundation

extension GenerationSpec {
    /// The videos that a controlnet_specs file asks for: one, or one for every line of its batch file (spec §7.3, §7.4).
    ///
    /// As the official tool: members that are objects are controls, in the order of the file; any other member stands for
    /// the flag of its name; command line before file before default; checks in the official order, with the official
    /// messages. Stricter: a value of the wrong type, a key that occurs twice, a file that does not exist and a NaN are
    /// errors that name the key; keys without effect are warnings. More lenient: paths may also be relative to the file
    /// that names them, and a weight map may be `.safetensors` or `.npy`.
    /// - Parameters:
    ///   - path: the file, relative to `workingFolder`.
    ///   - workingFolder: where relative paths are looked for first; nil for the process's own.
    /// - Throws: `BenchError`, one sentence that names file and key.
    public static func read(
        path: String, overrides: Overrides = Overrides(), workingFolder: String? = nil
    ) throws -> [GenerationSpec] {
        let folder = workingFolder ?? FileManager.default.currentDirectoryPath
        let reader = try SpecReader(
            path: path.hasPrefix("/") ? path : folder + "/" + path, overrides: overrides, workingFolder: folder)
        guard let batch = try reader.batchFile() else { return [try reader.spec()] }
        var specs: [GenerationSpec] = []
        for item in try BatchFile.read(batch) { specs.append(try reader.spec(item)) }
        return specs
    }
}
