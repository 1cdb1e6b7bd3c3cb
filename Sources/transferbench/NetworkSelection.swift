import ArgumentParser
import Experiment
import Foundation
import Perception

/// Which networks a command is about.
struct NetworkSelection: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Networks by name or folder, or folders of networks. (default: all of yours)", valueName: "network"))
    var networks: [String] = []
    @Option(help: ArgumentHelp("The folder of your networks.", valueName: "dir"), completion: .directory)
    var networkFolder: String?

    /// - Throws: `BenchError` 5, when there is none; 65, when a name stands for nothing.
    func entries() throws(BenchError) -> [NetworkShelf.Entry] {
        let home = networkFolder ?? networksFolder()
        guard !networks.isEmpty else {
            guard let home else {
                throw BenchError(.usage, "there is no home folder to keep networks in; name a folder of networks")
            }
            if networkFolder == nil, !FileManager.default.fileExists(atPath: home) { throw none(in: home) }
            let entries = try NetworkShelf(path: home).entries
            guard !entries.isEmpty else { throw none(in: home) }
            return entries
        }
        var entries: [NetworkShelf.Entry] = []
        for name in networks {
            let isPlain = !name.contains("/") && !name.hasPrefix(".")
            let kept = home.map { $0 + "/" + name }
            let isKept = kept.map { FileManager.default.fileExists(atPath: $0 + "/" + NetworkFolder.cardName) } ?? false
            let path = isPlain && isKept ? kept ?? name : name
            guard FileManager.default.fileExists(atPath: path) else {
                throw BenchError(
                    .unusableInput,
                    "there is no network '\(name)'\(isPlain ? home.map { ", nor one of that name in \($0)" } ?? "" : ""); see `transferbench models list`"
                )
            }
            let found = try NetworkShelf(path: path).entries
            guard !found.isEmpty else { throw none(in: path) }
            entries += found
        }
        return entries
    }

    private func none(in folder: String) -> BenchError {
        BenchError(.nothingSelected, "\(folder) holds no networks; make one with `transferbench models import`")
    }
}
