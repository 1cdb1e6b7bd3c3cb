import ArgumentParser
import CosmosTransfer
import Experiment
import Foundation

struct ModelsInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a weights folder holds and lacks, and what a clip would take.",
        discussion: """
            The estimate counts the products of matrices of one clip, and the memory beside the weights.

              transferbench models inspect weights --frames 121 --height 704 --width 1280

            Exits with 65 when there is no such folder or a part's weights do not fit the configuration; a missing \
            part is only reported.
            """)

    @Argument(help: ArgumentHelp("The weights folder.", valueName: "dir"), completion: .directory)
    var folder: String
    @Option(help: ArgumentHelp("Frames of the clip. (default: the configuration's)", valueName: "n"))
    var frames: Int?
    @Option(help: ArgumentHelp("Height of the clip in pixels.", valueName: "n"))
    var height: Int?
    @Option(help: ArgumentHelp("Width of the clip in pixels.", valueName: "n"))
    var width: Int?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for (name, value) in [("--frames", frames), ("--height", height), ("--width", width)] {
            if let value, !(1...1_000_000).contains(value) {
                throw ValidationError("\(name) is \(value): give a number from 1 to 1000000")
            }
        }
    }

    func run() throws {
        let weights: WeightsFolder
        do { weights = try WeightsFolder(path: folder) } catch {
            throw BenchError(error.code == .missing ? .unusableInput : error.code, error.sentence)
        }
        let clip = weights.configuration.clip
        var estimate: CostEstimate?
        do {
            estimate = try CostEstimate(
                weights.configuration, frames: frames ?? clip.frames, height: height ?? clip.height,
                width: width ?? clip.width)
        } catch {
            // Without a request the size may be a published default that a small model does not take.
            guard frames == nil, height == nil, width == nil else { throw error }
            Terminal.note("no estimate: \(error.sentence) with --frames, --height and --width")
        }
        let document = ModelDocument(weights, estimate)
        try Terminal.output(json ? try jsonText(document) : document.text())
        for part in document.parts {
            if let problem = part.problem, part.state == "unusable" { throw BenchError(.unusableInput, problem) }
        }
    }
}
