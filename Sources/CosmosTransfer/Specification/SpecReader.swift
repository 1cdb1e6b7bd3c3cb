internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// One specification file, turned into the videos that it asks for.
struct SpecReader {
    /// What a line of a batch file changes.
    struct Item {
        let index: Int
        /// The batch file, and the line in it as a sentence begins with it.
        let file, place: String
        let inputVideo: String?
        let prompt: String?
        let controls: [JSON.Member]
    }

    private let file: String
    private let fields: SpecFields
    /// The members that are controls, in the file's order.
    private let controls: [JSON.Member]
    private let overrides: GenerationSpec.Overrides
    private let paths: SpecPaths
    private var warnings: [String] = []

    init(path: String, overrides: GenerationSpec.Overrides, workingFolder: String) throws {
        file = path
        self.overrides = overrides
        paths = SpecPaths(workingFolder: workingFolder, file: path)
        fields = try SpecFields(try readJSON(path), place: path)
        controls = fields.members.filter { if case .object = $0.value { true } else { false } }
        for control in controls where ControlKind(rawValue: control.key) == nil {
            throw fields.failure(
                "Invalid hint_key '\(control.key)': an object is a control, and these are known: \(Self.hints)")
        }
        for member in fields.members where ControlKind(rawValue: member.key) != nil {
            guard case .object = member.value else { throw fields.mismatch(member.key, "an object", member.value) }
        }
        let known = Self.effective.union(Self.withoutEffect).union(ControlKind.allCases.map(\.rawValue))
        for member in fields.members where !known.contains(member.key) {
            warnings.append(
                "\(path): the key '\(member.key)' is unknown and has no effect\(hint(member.key, known.sorted()))")
        }
    }

    /// The batch file that the command line or the specification names.
    func batchFile() throws -> String? {
        guard let path = try overrides.batchFile ?? fields.string("batch_input_path"), !path.isEmpty else { return nil }
        return try paths.existing(path, as: "'batch_input_path'")
    }

    /// The video that the file asks for, or the one of a batch's line.
    func spec(_ item: Item? = nil) throws -> GenerationSpec {
        var warnings = warnings
        let sigmaMax =
            try overrides.sigmaMax ?? fields.number("sigma_max", "a number above 0") { $0 > 0 && $0.isFinite }
        if let sigmaMax, !(sigmaMax > 0 && sigmaMax.isFinite) {
            throw BenchError(.usage, "sigma_max must be a number above 0")
        }
        let isDistilled = try overrides.isDistilled ?? fields.flag("use_distilled") ?? false
        let input = try item?.inputVideo ?? overrides.inputVideo ?? fields.string("input_video_path")
        let hasInput = input.map { !$0.isEmpty } ?? false
        _ = try fields.integer("num_input_frames", 1...1)

        let line = item.map { SpecPaths(workingFolder: paths.workingFolder, file: $0.file, place: $0.place) }
        let merged = try merge(item, &warnings)
        guard !merged.isEmpty else {
            throw fields.failure("names no control; give at least one of \(Self.hints), such as \"edge\": {}")
        }
        var readers: [ControlReader] = []
        for (member, changed) in merged {
            let reader = try ControlReader(member, paths: paths, line: line, changed: changed)
            try reader.validate(
                hasInput: hasInput, sigmaMax: sigmaMax ?? Self.officialSigmaMax, isDistilled: isDistilled)
            readers.append(reader)
        }
        // What the official tool finds only while it runs: missing files and keys without effect.
        let checkpoints = try overrides.checkpointFolder ?? fields.string("checkpoint_dir")
        let presets = try (
            vis: overrides.blurStrength ?? fields.choice("blur_strength", Self.strengths) ?? .medium,
            edge: overrides.cannyThreshold ?? fields.choice("canny_threshold", Self.strengths) ?? .medium
        )
        var resolved: [GenerationSpec.Control] = []
        for reader in readers {
            resolved.append(try reader.control(presets: presets, checkpoints: checkpoints, warnings: &warnings))
        }
        Self.warnOfZeros(resolved, file: file, &warnings)
        return try GenerationSpec(
            prompt: prompt(item, &warnings), negativePrompt: negativePrompt(),
            inputVideo: hasInput
                ? (line ?? paths).existing(input ?? "", as: item == nil ? "'input_video_path'" : "'visual_input'")
                : nil,
            controls: resolved,
            regions: fields["regional_prompts"].map(RegionReader(paths: paths).regions) ?? [],
            sigmaMax: sigmaMax,
            guidance: overrides.guidance
                ?? fields.number("guidance", "a number from 0 (no guidance) up") { $0.isFinite && $0 >= 0 },
            steps: overrides.steps ?? fields.integer("num_steps", 1...10_000),
            fps: overrides.fps ?? fields.number("fps", "a number above 0, to 1000") { $0 > 0 && $0 <= 1000 },
            seed: overrides.seed ?? fields.integer("seed", 0...Int(UInt32.max)).map { UInt32($0) } ?? 1,
            isSampleAV: overrides.isSampleAV ?? fields.flag("is_av_sample") ?? false, isDistilled: isDistilled,
            saveFolder: saveFolder() + (item.map { "/video_\($0.index)" } ?? ""),
            saveName: item == nil ? saveName() : "output", batchLine: item?.index, warnings: warnings)
    }

    // MARK: - Fields

    /// What the official checks take where the specification says nothing.
    private static let officialSigmaMax = 70.0
    private static let hints = ControlKind.allCases.map(\.rawValue).joined(separator: ", ")
    private static let strengths = ControlStrength.allCases.filter { $0 != .none }
    /// The official flags that change something here, and those that do not: what they choose is chosen otherwise.
    private static let effective: Set = [
        "prompt", "negative_prompt", "input_video_path", "num_input_frames", "sigma_max", "blur_strength",
        "canny_threshold", "is_av_sample", "checkpoint_dir", "video_save_name", "video_save_folder", "batch_input_path",
        "num_steps", "guidance", "fps", "seed", "use_distilled", "regional_prompts",
    ]
    private static let withoutEffect: Set = [
        "tokenizer_dir", "batch_size", "num_gpus", "offload_diffusion_transformer", "offload_text_encoder_model",
        "offload_guardrail_models", "offload_prompt_upsampler", "upsample_prompt", "save_input_noise", "benchmark",
    ]

    private func prompt(_ item: Item?, _ warnings: inout [String]) throws -> String {
        if try fields.flag("upsample_prompt") == true {
            warnings.append("\(file): 'upsample_prompt' has no effect: the prompt is used as it is written")
        }
        return try item?.prompt ?? overrides.prompt ?? fields.string("prompt") ?? ""
    }

    private func negativePrompt() throws -> String? {
        let text = try overrides.negativePrompt ?? fields.string("negative_prompt")
        guard text?.isEmpty != true else {
            throw fields.failure("'negative_prompt' must not be empty; leave the key out to lead away from no text")
        }
        return text
    }

    private func saveFolder() throws -> String {
        let folder = try overrides.saveFolder ?? fields.string("video_save_folder") ?? "outputs"
        return folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    private func saveName() throws -> String {
        let name = try overrides.saveName ?? fields.string("video_save_name") ?? "output"
        guard !name.isEmpty, !name.contains("/"), !name.contains("\0"), name != ".", name != ".." else {
            throw fields.failure(
                "'video_save_name' must be a plain file name, but is '\(name)'; folders belong to 'video_save_folder'")
        }
        return name
    }

    /// The file's controls with what a batch's line changes in them, and the keys that it changes.
    private func merge(_ item: Item?, _ warnings: inout [String]) throws -> [(
        control: JSON.Member, changed: Set<String>
    )] {
        guard let item else { return controls.map { ($0, []) } }
        for change in item.controls where !controls.contains(where: { $0.key == change.key }) {
            warnings.append(
                "\(item.place): control_overrides has '\(change.key)', which is no control of \(file); skipped")
        }
        return controls.map { control in
            guard case .object(let old) = control.value,
                case .object(let new)? = item.controls.first(where: { $0.key == control.key })?.value
            else { return (control, []) }
            let changed = Set(new.map(\.key))
            let kept = old.filter { !changed.contains($0.key) }
            return (JSON.Member(key: control.key, value: .object(kept + new)), changed)
        }
    }

    private static func warnOfZeros(_ controls: [GenerationSpec.Control], file: String, _ warnings: inout [String]) {
        guard controls.contains(where: { if case .file = $0.weight { true } else { false } }) else { return }
        for control in controls where control.weight == .number(0, quoted: false) {
            warnings.append(
                "\(file): '\(control.kind.rawValue)' has control_weight 0 beside a map; the official tool takes it as 1, here it is 0"
            )
        }
    }
}

/// The JSON that a file holds.
func readJSON(_ path: String) throws(BenchError) -> JSON {
    do throws(FileError) { return try JSON(path: path, limit: 1 << 24) } catch {
        throw BenchError(.unusableInput, error.description)
    }
}
