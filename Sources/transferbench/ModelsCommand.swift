import ArgumentParser

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Look into weights folders, or make one with random weights.",
        subcommands: [ModelsInspectCommand.self, ModelsRandomCommand.self])
}
