internal import Experiment
import Foundation
internal import Suites

/// What a suite finds of its clips in the dataset's folder.
struct SuiteDataset {
    let suite: Suite
    private let folder: DatasetFolder

    /// - Throws: `BenchError` 65, when there is no dataset.
    init(_ suite: Suite) throws(BenchError) {
        self.suite = suite
        folder = try DatasetFolder(path: resolved(suite.dataset))
    }

    var path: String { folder.path }

    /// How many clips the suite asks for; nil for all, or those of some names.
    var clipsAskedFor: Int? { if case .first(let count) = suite.clips { count } else { nil } }

    /// The suite's clips in the order of their names.
    /// - Throws: `BenchError` 65 for one that is not there, 5 when there is none.
    func clips() throws(BenchError) -> [String] {
        let all = folder.clips.sorted()
        let chosen: [String]
        switch suite.clips {
        case nil: chosen = all
        case .first(let count): chosen = Array(all.prefix(count))
        case .ids(let names):
            if let absent = names.first(where: { !folder.clips.contains($0) }) {
                throw BenchError(
                    .unusableInput,
                    "\(suite.path) names the clip '\(absent)', and \(path)/videos has no such video\(likely(absent, all))"
                )
            }
            chosen = names
        }
        guard !chosen.isEmpty else {
            throw BenchError(.nothingSelected, "\(path)/videos holds no video; put ID.mp4 files there")
        }
        return chosen
    }

    /// Which clip may have been meant: one of the same number, one of other capitals, one of almost the same letters.
    private func likely(_ id: String, _ clips: [String]) -> String {
        let twin = clips.first { clip in
            clip.lowercased() == id.lowercased() || Int(clip).map { $0 == Int(id) } ?? false
        }
        return twin.map { "; did you mean '\($0)'?" } ?? hint(id, clips)
    }

    /// Whether a video of that name is read as one of this clip and prompt.
    func reads(_ stem: String, as clip: String, _ prompt: String) -> Bool {
        clipAndPrompt(stem, clips: folder.clips) == (clip, prompt)
    }

    /// What generators may use of a clip.
    /// - Parameter controls: those that some configuration uses.
    /// - Throws: `BenchError` 65, when the clip has no video.
    func inputs(of clip: String, controls: Set<String>) throws(BenchError) -> ClipInputs {
        guard let video = try folder.video(clip) else {
            throw BenchError(.unusableInput, "\(path)/videos has no video of clip \(clip)")
        }
        var found: [String: ControlInput] = [:]
        for name in controls {
            if let preset = suite.presets[name] {
                found[name] = .preset(preset)
            } else if let file = controlFile(name, clip) {
                found[name] = .video(path: file)
            } else if name == "vis" || name == "edge" {
                found[name] = .preset("medium")
            }
        }
        return ClipInputs(
            name: clip, video: video, controls: found,
            foreground: folder.pictures(of: clip, in: path + "/foreground").first)
    }

    /// Folders of control videos: ours, and those of the PAI-Bench dataset.
    private func controlFile(_ name: String, _ clip: String) -> String? {
        let published = ["vis": "blur", "edge": "canny", "depth": "depth_vids", "seg": "sam2_vids"]
        return (["controls/" + name] + [published[name]].compactMap { $0 }).lazy
            .compactMap { folder.pictures(of: clip, in: path + "/" + $0).first }.first
    }

    /// The labels of the texts that a clip's videos are made from.
    func labels(of clip: String) -> [String] {
        switch suite.prompts {
        case .texts(let prompts): prompts.map(\.label)
        case .own: [""]
        case .labels(let labels): labels
        case .all:
            [""]
                + (1...100).map(String.init).filter { !folder.clips.contains("\(clip)_caption\($0)") }
                .prefix { folder.hasCaption("\(clip)_caption\($0)") }
        }
    }

    /// A text that videos are made from.
    /// - Throws: `BenchError` 65, when the clip has no such caption.
    func prompt(_ label: String, of clip: String) throws(BenchError) -> Prompt {
        if case .texts(let prompts) = suite.prompts, let prompt = prompts.first(where: { $0.label == label }) {
            return prompt
        }
        let id = label.isEmpty ? clip : "\(clip)_caption\(label)"
        guard label.isEmpty || !folder.clips.contains(id) else {
            throw BenchError(
                .unusableInput,
                "\(path)/captions/\(id).json is the caption of the clip '\(id)', and no prompt '\(label)' of clip \(clip)"
            )
        }
        guard let text = try folder.caption(id) else {
            throw BenchError(
                .unusableInput,
                "clip \(clip) has no prompt\(label.isEmpty ? "" : " '\(label)'"): write \(path)/captions/\(id).json")
        }
        return Prompt(label: label, text: text)
    }
}
