import ArgumentParser
import Experiment
import Foundation
import Perception
import Tensors
import Video

struct PerceivePromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Print what to ask a vision-language model about a clip's foreground.",
        discussion: """
            Its answer, one line of JSON, is what --foreground-phrases of `score` and --phrases of `perceive foreground` take.

              transferbench perceive prompt task_0000 --masks data/sam2_pkls/task_0000.pkl
            """)

    @Argument(help: "The clip's id.") var clip: String
    @Option(
        help: ArgumentHelp("The objects to choose from: .maps, .pkl, a video of flat colours.", valueName: "file"),
        completion: .file())
    var masks: String

    func run() throws {
        let phrases = try usableInput { try openLabels(masks).phrases }
        guard !phrases.isEmpty else {
            throw BenchError(.unusableInput, "\(masks) holds no object; outline some before a choice is made")
        }
        try Terminal.output(SalientPhrases.prompt(clip: clip, phrases: phrases) + "\n")
    }
}
