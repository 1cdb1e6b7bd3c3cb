import ArgumentParser
import Perception

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Import, list and verify the networks that metrics use; look into weights folders of the generator.",
        discussion: """
            A network is a folder of ONNX files with a card, network.json, that says what it is for, how frames go in and what \
            comes out. Nothing is downloaded: get the files from the pages below, then import them.

            \(NetworkCatalogue.text)

            Networks are kept in --network-folder, in the folder that TRANSFERBENCH_NETWORKS names, or in \
            ~/.local/share/transferbench/networks.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsVerifyCommand.self, ModelsImportCommand.self, ModelsInspectCommand.self,
            ModelsRandomCommand.self,
        ])
}

/// The kinds of networks as help shows them.
enum NetworkCatalogue {
    static let text = NetworkKind.all.map { kind in
        (["\(kind.name): \(kind.summary)", "    \(kind.files)"] + kind.pages.map { "    \($0)" } + [
            "    licence: \(kind.licence)"
        ]).joined(separator: "\n")
    }.joined(separator: "\n")
}
