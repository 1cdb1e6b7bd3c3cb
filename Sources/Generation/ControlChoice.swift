internal import CosmosTransfer
internal import Experiment
internal import Video

/// A control of a task as the model knows it.
struct ControlChoice {
    let kind: ControlKind
    let amount: ControlAmount
    let source: Source

    enum Source {
        case video(String)
        case preset(ControlStrength)
    }

    /// The controls that a task uses, in the model's order: the sum of branches must not depend on how a suite lists them.
    /// - Throws: `BenchError` naming what the clip lacks or the model does not know.
    static func all(of task: VideoTask) throws(BenchError) -> [ControlChoice] {
        var choices: [ControlChoice] = []
        for (name, amount) in task.configuration.weights {
            guard let kind = ControlKind(rawValue: name), kind != .upscale else {
                let known = ControlKind.allCases.filter { $0 != .upscale }.map(\.rawValue).joined(separator: ", ")
                throw BenchError(
                    .usage, "'\(task.configuration.name)' weighs '\(name)', which is none of the controls \(known)")
            }
            choices.append(
                ControlChoice(kind: kind, amount: amount, source: try source(kind, task.clip.control(name))))
        }
        return choices.sorted { rank($0.kind) < rank($1.kind) }
    }

    private static func source(_ kind: ControlKind, _ input: ControlInput) throws(BenchError) -> Source {
        switch input {
        case .video(let path): return .video(path)
        case .preset(let name):
            guard kind.hasPreset else {
                throw BenchError(
                    .usage, "the control '\(kind.rawValue)' cannot be made by the preset '\(name)'; give its video")
            }
            guard let strength = ControlStrength(rawValue: name) else {
                let known = ControlStrength.allCases.map(\.rawValue).joined(separator: ", ")
                throw BenchError(
                    .usage, "'\(name)' is no preset of the control '\(kind.rawValue)'; the presets are \(known)")
            }
            return .preset(strength)
        }
    }

    private static func rank(_ kind: ControlKind) -> Int { ControlKind.allCases.firstIndex(of: kind) ?? 0 }

    /// The control's video at the working size; `clip` is what presets start from.
    func video(clip: String, size: FrameSize) -> SourceVideo {
        switch source {
        case .video(let path): .control(kind, path: path, size: size)
        case .preset(let strength): SourceVideo.input(path: clip, size: size).control(kind, strength)
        }
    }
}
