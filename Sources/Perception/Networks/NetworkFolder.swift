public import Experiment
public import Foundation
internal import Tensors

/// A network on disk: a folder with `network.json` and the files that it names.
public struct NetworkFolder: Sendable {
    public let path: String
    public let card: NetworkCard

    /// The file that says what the folder holds.
    public static let cardName = "network.json"

    /// Reads the card and looks for the files; their hashes are `verify`'s work.
    /// - Throws: `BenchError` 65, when the folder or its card is unusable or a file is missing.
    public init(path: String) throws(BenchError) {
        let card = path + "/" + NetworkFolder.cardName
        guard FileManager.default.fileExists(atPath: card) else {
            throw BenchError(
                .unusableInput,
                "\(path) is no network: it has no \(NetworkFolder.cardName); make one with `transferbench models import`"
            )
        }
        self.path = path
        self.card = try NetworkCard(path: card)
        for file in self.card.files {
            var status = stat()
            guard stat(path + "/" + file.file, &status) == 0, access(path + "/" + file.file, R_OK) == 0 else {
                throw BenchError(
                    .unusableInput,
                    "\(path) lacks \(file.file), its \(file.role); copy it there or import the network again")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw BenchError(.unusableInput, "\(path)/\(file.file) is not a regular file; import the network again")
            }
        }
    }

    /// All its files, the card included.
    public var paths: [String] { card.files.map { path + "/" + $0.file } + [path + "/" + NetworkFolder.cardName] }

    /// The file of a part.
    /// - Throws: `BenchError` 65, when the network has no such part.
    public func file(_ role: String = "model") throws(BenchError) -> String {
        guard let file = card.files.first(where: { $0.role == role }) else {
            throw BenchError(
                .unusableInput,
                "\(path) has no part '\(role)', which its task \(card.task.rawValue) needs; import the network again")
        }
        return path + "/" + file.file
    }

    /// The output tensor of a role.
    /// - Throws: `BenchError` 65, when the card names none.
    public func output(_ role: String) throws(BenchError) -> String {
        guard let name = card.outputs[role] else {
            throw BenchError(
                .unusableInput,
                "\(path)/\(NetworkFolder.cardName): 'outputs.\(role)' is missing; name the output tensor there")
        }
        return name
    }

    /// Reads every file and compares its hash with the card's.
    /// - Throws: `BenchError` 65, naming the first file that differs.
    public func verify() throws(BenchError) {
        for file in card.files {
            let artifact = try Artifact(hashing: path + "/" + file.file)
            guard artifact.sha256 == file.sha256 else { throw mismatch(file, sha256: artifact.sha256) }
        }
        try checkExternalFiles()
    }

    /// Weights in files of their own must be files of the network, or they could change unseen.
    /// - Throws: `BenchError` 65.
    public func checkExternalFiles() throws(BenchError) {
        let known = Set(card.files.map(\.file))
        for file in card.files where file.file.hasSuffix(".onnx") {
            let path = path + "/" + file.file
            let model = try readable { () throws(FileError) in try OnnxModel(path: path) }
            if let other = model.externalFiles.first(where: { !known.contains($0) }) {
                throw BenchError(
                    .unusableInput,
                    "\(path), the \(file.role), keeps weights in '\(other)', which the card does not name; import the network again"
                )
            }
        }
    }

    /// The error of a file that is not its card's.
    public func mismatch(_ file: NetworkCard.File, sha256: String) -> BenchError {
        BenchError(
            .unusableInput,
            "\(path)/\(file.file) is not the file of its card: its SHA-256 is \(sha256), not \(file.sha256); copy it again or import it anew"
        )
    }

    /// Of all that changes what the network gives: task, files, input, outputs, classes, settings. The kind of depth is only
    /// what its numbers are called.
    public var identity: Identity {
        var same = card
        same.name = ""
        same.meaning = ""
        same.kind = nil
        same.licence = ""
        same.source = ""
        same.accuracy = [:]
        same.notes = ""
        return Identity(of: ["network", same.text()])
    }
}

/// Finds a network by its folder's path, or by name among a person's own.
/// - Throws: `BenchError` 65, when there is none.
public func findNetwork(
    _ nameOrPath: String, in folder: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
) throws(BenchError) -> NetworkFolder {
    let home = folder ?? networksFolder(environment)
    let isPlain = !nameOrPath.contains("/") && !nameOrPath.hasPrefix(".")
    if isPlain, let home, FileManager.default.fileExists(atPath: home + "/" + nameOrPath + "/" + NetworkFolder.cardName)
    {
        return try NetworkFolder(path: home + "/" + nameOrPath)
    }
    guard FileManager.default.fileExists(atPath: nameOrPath) else {
        throw BenchError(
            .unusableInput,
            "there is no network '\(nameOrPath)'\(isPlain && home != nil ? ", nor one of that name in \(home ?? "")" : ""); see `transferbench models list`"
        )
    }
    return try NetworkFolder(path: nameOrPath)
}

/// The folder of a person's own networks: TRANSFERBENCH_NETWORKS, or one in the user's data folder; nil where there is no
/// home.
public func networksFolder(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    if let named = environment["TRANSFERBENCH_NETWORKS"], !named.isEmpty { return named }
    return userDataFolder(environment).map { $0 + "/networks" }
}
