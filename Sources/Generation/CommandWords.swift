internal import Experiment
internal import Foundation

/// The words of a command with places to fill in.
struct CommandWords: Sendable {
    /// The program's file.
    let program: String
    let words: [String]
    /// What `{devices}` stands for; nil where nothing is timed.
    private let devices: Int?

    /// What a word may ask for, as "{out}".
    static let places = ["spec", "out", "seed", "prompt", "clip", "devices"]

    /// - Throws: `BenchError` when no program of that name is there, or the words could not make a video.
    init(_ words: [String], path: String, devices: Int? = nil) throws(BenchError) {
        guard let name = words.first, !name.isEmpty else {
            throw BenchError(.usage, "the command has no words; give a program and its arguments")
        }
        let asked = words.flatMap { $0.matches(of: /\{([a-z]+)\}/).map { String($0.1) } }
        if let unknown = asked.first(where: { !Self.places.contains($0) }) {
            throw BenchError(
                .usage,
                "the command asks for {\(unknown)}; what can be asked for is "
                    + Self.places.map { "{\($0)}" }.joined(separator: ", "))
        }
        guard devices != nil || !asked.contains("devices") else {
            throw BenchError(
                .usage,
                "the command asks for {devices}, which only a suite with 'timing: {devices: [1, 2]}' says; write the number"
            )
        }
        guard asked.contains("out") || asked.contains("spec") else {
            throw BenchError(
                .usage, "the command '\(name)' is told neither {out} nor {spec}, so it cannot know where its video goes"
            )
        }
        let candidates =
            name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
        guard let program = candidates.first(where: Self.isProgram) else {
            throw BenchError(.missing, Self.absence(of: name, candidates))
        }
        self.program = URL(fileURLWithPath: program).path
        self.words = words
        self.devices = devices
        if let script = Self.script(words), !FileManager.default.fileExists(atPath: script) {
            throw BenchError(
                .unusableInput,
                "there is no file '\(script)', which \(name) is to run; apart from the program, words are passed as they "
                    + "are, so it would be looked for in \(FileManager.default.currentDirectoryPath): give its full path"
            )
        }
    }

    private static func absence(of name: String, _ candidates: [String]) -> String {
        if let file = candidates.first(where: isFile) {
            return "\(file) may not be run; allow it with: chmod +x \(file)"
        }
        return name.contains("/")
            ? "there is no program \(name); check its path"
            : "there is no program '\(name)' in PATH; install it or give its path"
    }

    /// The file that an interpreter is to run; nil for other programs, and where a word is filled in or code itself.
    private static func script(_ words: [String]) -> String? {
        let interpreter = /(?:sh|bash|dash|zsh|ksh|perl|ruby|Rscript|node|python[0-9.]*)/
        guard let name = words[0].split(separator: "/").last, name.wholeMatch(of: interpreter) != nil,
            let word = words.dropFirst().first, !word.hasPrefix("-"), word.firstMatch(of: /\{[a-z]+\}/) == nil
        else { return nil }
        return word
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private static func isProgram(_ path: String) -> Bool {
        isFile(path) && FileManager.default.isExecutableFile(atPath: path)
    }

    /// The arguments with everything filled in; what is filled in is not looked at again.
    func arguments(_ values: [String: String]) -> [String] {
        let known = values.merging(devices.map { ["devices": "\($0)"] } ?? [:]) { own, _ in own }
        return words.dropFirst().map { word in
            word.replacing(/\{([a-z]+)\}/) { known[String($0.1)] ?? String($0.0) }
        }
    }
}
