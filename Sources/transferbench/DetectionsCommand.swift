public import ArgumentParser
import Execution
import Experiment
import Foundation
import Reporting
public import Scoring
import Tensors

extension BoxOverlap: ExpressibleByArgument {}
extension PrecisionInterpolation: ExpressibleByArgument {}

struct DetectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detections",
        abstract: "Score detected 3D boxes against reference boxes: average precision, or nuScenes' detection score.",
        discussion: """
            Either file has one of three forms: transferbench.boxes/1 (boxes by frame), nuScenes results (boxes by sample), \
            or, for the reference, the scene/ID.json of a dataset's clip. Samples are paired by token, frames by number.

              transferbench detections --reference clips/scene/task_0000.json --detections boxes/task_0000.json
              transferbench detections --reference gt.json --detections results_nusc.json --protocol nuscenes --json

            The protocol iou gives detections to boxes by overlap (3D IoU of 0.2) and takes the area under the \
            precision-recall curve of each class; small, hidden and distant boxes are ignored. The protocol nuscenes repeats \
            nuscenes-devkit's detection_cvpr_2019: mAP by distance of centres, five errors, NDS.

              transferbench detections --reference gt.json --detections d.json --iou bev --iou-threshold 0.5 \
            --interpolation r40 --range 50 --classes car,pedestrian --class-map person=pedestrian

            A damaged record is left out with a sentence, and the exit code is 2.
            """)

    enum Judgement: String, ExpressibleByArgument, CaseIterable {
        case iou, nuscenes
    }

    @Option(help: ArgumentHelp("The boxes that are there.", valueName: "file"), completion: .file())
    var reference: String
    @Option(help: ArgumentHelp("The boxes that were found, with scores.", valueName: "file"), completion: .file())
    var detections: String
    @Option(help: "How a detection is judged: iou, nuscenes.")
    var `protocol`: Judgement = .iou
    @Option(
        help: ArgumentHelp(
            "The classes to evaluate, with commas between. (default: all of the reference; nuScenes' ten)",
            valueName: "a,b"))
    var classes: String?
    @Option(
        help: ArgumentHelp(
            "Read a class of the files as another. Repeat for more. (default: none; nuscenes on a scene: person=pedestrian)",
            valueName: "from=to"))
    var classMap: [String] = []
    @Flag(help: "Print everything as JSON.")
    var json = false

    @Option(help: "The overlap of the protocol iou: 3d, bev. (default: 3d)")
    var iou: BoxOverlap?
    @Option(help: ArgumentHelp("The least IoU of a hit. (default: 0.2)", valueName: "t"))
    var iouThreshold: Double?
    @Option(help: "The area under a precision-recall curve: all, r40, 101. (default: all)")
    var interpolation: PrecisionInterpolation?
    @Option(help: ArgumentHelp("Ignore reference boxes that fewer pixels show. (default: 12)", valueName: "n"))
    var minPixels: Double?
    @Option(help: ArgumentHelp("Ignore reference boxes with less of them in sight. (default: 0.1)", valueName: "share"))
    var minVisibility: Double?
    @Option(help: ArgumentHelp("Ignore what is farther away. (default: nothing)", valueName: "metres"))
    var range: Double?

    func validate() throws {
        if `protocol` == .nuscenes {
            guard iou == nil, iouThreshold == nil, interpolation == nil, minPixels == nil, minVisibility == nil,
                range == nil
            else {
                throw ValidationError(
                    "--iou, --iou-threshold, --interpolation, --min-pixels, --min-visibility and --range belong to --protocol iou; nuScenes fixes its own."
                )
            }
            let known = NuScenesProtocol.kinds.map(\.name)
            if let unknown = classNames?.first(where: { !known.contains($0) }) {
                throw ValidationError(
                    "--classes names '\(unknown)'; nuScenes' classes are \(known.joined(separator: ", ")).")
            }
        }
        guard iouThreshold.map({ $0 > 0 && $0 <= 1 }) ?? true else {
            throw ValidationError("--iou-threshold takes a number above 0, at most 1.")
        }
        guard range.map({ $0 > 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--range takes metres above 0.")
        }
        guard minPixels.map({ $0 >= 0 && $0.isFinite }) ?? true else {
            throw ValidationError("--min-pixels takes 0 or more.")
        }
        guard minVisibility.map({ (0...1).contains($0) }) ?? true else {
            throw ValidationError("--min-visibility takes 0 to 1.")
        }
        if let names = classNames, names.contains("") || Set(names).count < names.count {
            throw ValidationError("--classes takes different names with commas between.")
        }
        _ = try mappedClasses()
    }

    private var classNames: [String]? {
        classes.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func mappedClasses() throws -> [String: String] {
        var map: [String: String] = [:]
        for entry in classMap {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, map[parts[0]] == nil else {
                throw ValidationError("--class-map takes from=to, each class once; '\(entry)' is not that.")
            }
            map[parts[0]] = parts[1]
        }
        return map
    }

    func run() throws {
        let result = try evaluated()
        for warning in result.warnings { Terminal.note("warning: \(warning)") }
        try Terminal.output(json ? try jsonText(result.document) : result.table)
        if let reason = result.reason { throw BenchError(.nothingSelected, reason) }
        guard result.leftOut == 0 else {
            throw BenchError(
                .incomplete, "\(result.leftOut) damaged or unpaired records are left out; the rest is scored")
        }
    }

    private func evaluated() throws -> DetectionsResult {
        let pairs: DetectionPairs
        do {
            pairs = try DetectionPairs(
                reference: reference, detections: detections, negativeScores: `protocol` == .iou)
        } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
        let environment = Machine.environment(version: TransferBench.version, threads: 2)
        switch `protocol` {
        case .iou:
            var settings = OverlapProtocol()
            settings.matching = BoxMatching(overlap: iou ?? .space, threshold: iouThreshold ?? 0.2)
            settings.interpolation = interpolation ?? .all
            settings.leastPixels = minPixels ?? settings.leastPixels
            settings.leastVisibility = minVisibility ?? settings.leastVisibility
            settings.range = range
            settings.classes = classNames
            settings.classMap = try mappedClasses()
            return DetectionsResult(pairs, settings, environment: environment)
        case .nuscenes:
            var settings = NuScenesProtocol()
            if let classNames {
                settings.kinds = classNames.compactMap { name in NuScenesProtocol.kinds.first { $0.name == name } }
            }
            if !classMap.isEmpty { settings.classMap = try mappedClasses() }
            return DetectionsResult(pairs, settings, environment: environment)
        }
    }
}
