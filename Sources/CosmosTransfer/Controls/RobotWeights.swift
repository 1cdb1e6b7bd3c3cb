internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// Makes weight maps that hold a robot in place while its surroundings change (spec §6.9).
public struct RobotWeights: Sendable {
    public let setting: RobotSetting
    /// A class whose name contains one of these is the robot; letters' case counts.
    public let keywords: [String]

    public static let defaultKeywords = ["world_robot", "gripper", "robot"]

    /// What was made of one example.
    public enum Outcome: Sendable, Equatable {
        /// The number of frames, and the share of the pixels that are the robot.
        case made(frames: Int, foreground: Double)
        /// Its weights are there already.
        case skipped
    }

    public init(setting: RobotSetting = .fgVisEdgeBgSeg, keywords: [String] = defaultKeywords) {
        self.setting = setting
        self.keywords = keywords
    }

    /// The examples of a folder: its folders that hold `segmentation_label`.
    /// - Throws: `BenchError`, when there are none.
    public static func examples(in folder: String) throws -> [String] {
        func isExample(_ path: String) -> Bool {
            FileManager.default.fileExists(atPath: path + "/segmentation_label")
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw BenchError(.unusableInput, "\(folder): cannot be listed; name a folder of examples")
        }
        let found = names.filter { isExample(folder + "/" + $0) }.sorted()
        guard !found.isEmpty else {
            let remedy =
                isExample(folder)
                ? "is itself an example; name the folder that it is in"
                : "has no folder with a segmentation_label folder in it"
            throw BenchError(.unusableInput, "\(folder): \(remedy)")
        }
        return found
    }

    /// Reads `input` (`segmentation_label/*.json` with `segmentation/*.png` or `segmentation.mp4`) and writes to `output`
    /// `{vis,edge,seg,depth}_weights.safetensors`, one float16 tensor [frames, height, width] each, and the masks (255 on
    /// the robot) as `visualizations/segmentation_frame_NNNNNN.png`.
    ///
    /// Frames are read one at a time, and only the outlines of their masks are kept. The depth map is written last: where it
    /// exists, the example is skipped.
    /// - Throws: `BenchError` naming the folder, file or key.
    public func make(from input: String, to output: String) throws -> Outcome {
        if FileManager.default.fileExists(atPath: Self.weights(.depth, output)) { return .skipped }
        do {
            let example = try RobotExample(folder: input)
            var colours = ForegroundColours(keywords: keywords)
            for path in example.labels { try colours.add(labels: path) }
            guard !colours.colours.isEmpty else {
                throw BenchError(.unusableInput, "\(input)/segmentation_label: lists no colour in any file")
            }
            let folder = output + "/visualizations"
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw BenchError(.unusableInput, "\(folder): cannot be made; check its permissions and the free space")
            }
            var masks: [MaskOutline] = []
            var size = FrameSize(width: 0, height: 0)
            let count = try example.forEachPicture { picture in
                let mask = colours.mask(of: picture.frame)
                let digits = String(repeating: "0", count: max(0, 6 - picture.number.count)) + picture.number
                try mask.rgb.write(to: "\(folder)/segmentation_frame_\(digits).png")
                masks.append(MaskOutline(mask))
                size = mask.size
            }
            for (kind, foreground, background) in setting.weights {
                try write(
                    masks, size, foreground: foreground, background: background, to: Self.weights(kind, output))
            }
            let inside = masks.reduce(0) { $0 + $1.count }
            return .made(frames: count, foreground: Double(inside) / Double(count * size.pixels))
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }

    private static func weights(_ kind: ControlKind, _ output: String) -> String {
        "\(output)/\(kind.rawValue)_weights.safetensors"
    }

    private func write(
        _ masks: [MaskOutline], _ size: FrameSize, foreground: Int, background: Int, to path: String
    ) throws(FileError) {
        let entry = SafetensorsWriter.Entry(
            name: TensorFile.soleName, element: .float16, shape: [masks.count, size.height, size.width])
        let halves = (background == 0 ? UInt16(0) : 0x3c00, foreground == 0 ? UInt16(0) : 0x3c00)
        let pixels = size.pixels
        try SafetensorsWriter.write([entry], to: path) { _, range, bytes in
            let out = bytes.bindMemory(to: UInt16.self)
            out.update(repeating: halves.0)
            guard halves.0 != halves.1 else { return }
            for frame in range.lowerBound / pixels...(range.upperBound - 1) / pixels {
                for run in masks[frame].runs {
                    let part = (run.lowerBound + frame * pixels..<run.upperBound + frame * pixels).clamped(to: range)
                    for i in part { out[i - range.lowerBound] = halves.1 }
                }
            }
        }
    }
}

/// A mask as the runs of its foreground pixels, which takes little memory.
private struct MaskOutline: Sendable {
    let runs: [Range<Int>]

    init(_ mask: Plane) {
        var runs: [Range<Int>] = []
        var start: Int?
        for (i, pixel) in mask.pixels.enumerated() {
            if pixel != 0 {
                start = start ?? i
            } else if let first = start {
                runs.append(first..<i)
                start = nil
            }
        }
        if let start { runs.append(start..<mask.pixels.count) }
        self.runs = runs
    }

    /// Foreground pixels.
    var count: Int { runs.reduce(0) { $0 + $1.count } }
}
