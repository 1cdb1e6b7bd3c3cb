internal import CosmosTransfer
internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// A task as a controlnet_specs file, which the official tool and our own `generate` read (spec §7.3).
struct CommandSpec {
    private let task: VideoTask
    private let controls: [ControlChoice]

    /// - Throws: `BenchError` naming what the clip lacks.
    init(_ task: VideoTask) throws(BenchError) {
        self.task = task
        controls = try ControlChoice.all(of: task)
    }

    /// Writes the file, and a map beside it for every weight that is not a single number.
    /// - Parameter result: where the program is to put the video.
    /// - Throws: `BenchError` or `FileError` when the clip's foreground cannot be read or the files cannot be written.
    func write(to path: String, result: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let place = URL(fileURLWithPath: result)
        var members: [(String, JSON)] = [
            ("prompt", .string(task.prompt.text)), ("input_video_path", .string(task.clip.video)),
            ("seed", .integer(Int(task.seed))),
            ("video_save_folder", .string(place.deletingLastPathComponent().path)),
            ("video_save_name", .string(place.deletingPathExtension().lastPathComponent)),
        ]
        var mask: ForegroundMask?
        for control in controls {
            // Beside a map, the official tool takes a weight of 0 for one of 1 everywhere; left out, a control has none.
            if case .uniform(0) = control.amount, task.configuration.needsForeground { continue }
            var entry: [(String, JSON)] = []
            switch control.source {
            case .video(let path): entry.append(("input_control", .string(path)))
            case .preset(.none) where control.kind == .vis:
                entry.append(("input_control", .string(task.clip.video)))
            case .preset(let strength):
                // For edges, none is the lowest that the file can name.
                let name = strength == .none ? ControlStrength.veryLow : strength
                members.append((control.kind == .vis ? "blur_strength" : "canny_threshold", .string(name.rawValue)))
            }
            switch control.amount {
            case .uniform(let amount): entry.append(("control_weight", .number(amount)))
            case .regional(let fg, let bg):
                // The official tool loads maps with torch.load.
                let file = "\(folder)/\(control.kind.rawValue)_weight.pt"
                let known = try mask ?? foreground()
                try TorchTensorWriter.write(known.weights(foreground: fg, background: bg), to: file)
                mask = known
                entry.append(("control_weight", .string(file)))
            }
            members.append((control.kind.rawValue, Self.object(entry)))
        }
        do { try Data(Self.object(members).text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw BenchError(.unusableInput, "\(path) cannot be written; check the folder and free space")
        }
    }

    private func foreground() throws -> ForegroundMask {
        let survey = try FrameSurvey(of: task.clip.video, limit: VideoOutline.mostFrames)
        return try task.clip.foregroundMask(limit: survey.frames)
    }

    private static func object(_ members: [(String, JSON)]) -> JSON {
        .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
    }
}
