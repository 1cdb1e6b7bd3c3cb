import ArgumentParser
import CosmosTransfer
import Experiment
import Foundation

struct RobotWeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robot-weights",
        abstract: "Make weight maps that hold a robot in place while its surroundings change.",
        discussion: """
            INPUT-DIR holds a folder for each example: segmentation_label/NAME_0001.json, … with a class for each colour, \
            {"(29, 0, 0, 255)": {"class": "robot_arm"}}, and segmentation/NAME_0001.png, … or segmentation.mp4. \
            Pixels whose nearest listed colour has a class that contains a keyword are the robot.

              transferbench robot-weights --input-dir examples --output-dir weights --setting fg_edge_bg_seg

            Writes EXAMPLE/{vis,edge,seg,depth}_weights.safetensors, float16 frames x rows x columns, to name as \
            control_weight in a specification, and the masks in EXAMPLE/visualizations. An example whose depth weights exist \
            is skipped.

            fg_vis_edge_bg_seg: vis and edge 1 on the robot, seg 1 elsewhere, all else 0.
            fg_edge_bg_seg: edge 1 on the robot, seg 1 elsewhere, all else 0.
            """)

    @Option(help: ArgumentHelp("Folder of examples.", valueName: "dir"), completion: .directory)
    var inputDir = "assets/robot_augmentation_example"
    @Option(help: ArgumentHelp("Folder for the weights.", valueName: "dir"), completion: .directory)
    var outputDir = "outputs/robot_augmentation_example"
    @Option(
        help: ArgumentHelp(
            "Which controls hold what: \(RobotSetting.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name"))
    var setting = RobotSetting.fgVisEdgeBgSeg.rawValue
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("A class that contains one of these words is the robot.", valueName: "word"))
    var robotKeywords = RobotWeights.defaultKeywords

    func validate() throws {
        guard RobotSetting(rawValue: setting) != nil else {
            throw ValidationError(
                "--setting \(setting) is not known: there are \(RobotSetting.allCases.map(\.rawValue).joined(separator: " and "))"
                    + "\(setting.hasPrefix("setting") ? ", whatever the official README calls them" : "").")
        }
        guard robotKeywords.allSatisfy({ !$0.isEmpty }), !robotKeywords.isEmpty else {
            throw ValidationError("--robot-keywords takes words, none of them empty.")
        }
    }

    func run() throws {
        let weights = RobotWeights(
            setting: RobotSetting(rawValue: setting) ?? .fgVisEdgeBgSeg, keywords: robotKeywords)
        Interrupt.install("interrupted; finished examples are kept, and the same command goes on from there")
        var failures = 0
        let examples = try RobotWeights.examples(in: inputDir)
        for example in examples {
            do {
                switch try weights.make(from: "\(inputDir)/\(example)", to: "\(outputDir)/\(example)") {
                case .skipped: Terminal.note("\(example): skipped, its depth weights exist")
                case .made(let frames, let foreground):
                    let share = String(format: "%.1f", 100 * foreground)
                    Terminal.note("\(example): \(frames) frames, the robot fills \(share) %")
                    if foreground == 0 {
                        Terminal.note(
                            "\(example): no class contains \(robotKeywords.joined(separator: ", ")); check --robot-keywords"
                        )
                    }
                }
            } catch let error as BenchError where examples.count > 1 {
                failures += 1
                Terminal.error(error.sentence)
            }
        }
        guard failures == 0 else {
            throw BenchError(.incomplete, "\(failures) of \(examples.count) examples failed; the others are made")
        }
    }
}
