internal import Experiment
internal import Suites
public import Video

/// A picture of a suite's videos: a clip a row, with input, controls and every configuration's video beside each other.
public struct SuiteSheet {
    /// Above the columns.
    public let titles: [String]
    public let rows: [[Frame]]

    /// Shows the middle frame of each clip's videos, of the first prompt and seed.
    /// - Parameter clips: rows at most, spread over the plan's clips.
    /// - Throws: `FileError`, when a video cannot be read.
    public init(_ plan: SuitePlan, _ outcome: SuiteRunner.Outcome, clips most: Int) throws {
        // The first prompt and seed of each.
        let present = Dictionary(
            outcome.present.map { one in
                let task = plan.entries[one.entry].task
                return ([task.clip.name, task.configuration.name], one.path)
            }, uniquingKeysWith: { first, _ in first })
        let names = plan.entries.map(\.task.clip).reduce(into: [ClipInputs]()) { clips, clip in
            if clips.last != clip { clips.append(clip) }
        }
        let controls = Set(plan.suite.configurations.flatMap { $0.weights.map(\.control) }).sorted {
            SuiteSheet.order($0) < SuiteSheet.order($1)
        }
        titles = ["input"] + controls + plan.suite.configurations.map(\.name)
        let count = min(most, names.count)
        rows = try (0..<count).map { row in
            let clip = names[row * names.count / count]
            let reference = try middle(of: clip.video)
            func blank() -> Frame {
                Frame(
                    width: reference.width, height: reference.height,
                    pixels: [UInt8](repeating: 255, count: reference.pixels.count))
            }
            let inputs = try controls.map { name in
                try clip.controls[name].map { try SuiteSheet.control(name, $0, of: reference) } ?? blank()
            }
            let made = try plan.suite.configurations.map { configuration in
                let video = present[[clip.name, configuration.name]]
                return try video.map { try middle(of: $0).resized(to: reference.size, .area) } ?? blank()
            }
            return [reference] + inputs + made
        }
    }

    private static func order(_ control: String) -> String {
        let place = ["vis", "edge", "depth", "seg"].firstIndex(of: control) ?? 9
        return "\(place) \(control)"
    }

    private static func control(_ name: String, _ input: ControlInput, of reference: Frame) throws -> Frame {
        switch input {
        case .video(let path): return try middle(of: path).resized(to: reference.size, .area)
        case .preset(let preset):
            let strength = ControlStrength(rawValue: preset) ?? .medium
            return name == "edge" ? EdgeControl(strength)(reference) : VisControl(strength)(reference)
        }
    }
}

/// The frame in the middle of a video; the last one where there are fewer than expected.
private func middle(of path: String) throws -> Frame {
    let reader = try openFrames(path)
    var left = (reader.expectedFrames ?? 1) / 2
    guard var frame = try reader.next() else { throw BenchError(.unusableInput, "\(path): has no frames") }
    while left > 0, let next = try reader.next() {
        frame = next
        left -= 1
    }
    return frame
}
