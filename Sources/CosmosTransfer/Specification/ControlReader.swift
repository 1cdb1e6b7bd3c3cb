internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// One control object of a specification.
struct ControlReader {
    private let kind: ControlKind
    private let fields: SpecFields
    /// Of the file that says most of it; of the line of a batch for keys that this changes.
    private let paths: (own: SpecPaths, changed: SpecPaths)
    private let changed: Set<String>
    private let inputControl: String?

    /// The keys of a control.
    static let keys = ["control_weight", "input_control", "input_control_prompt", "control_weight_prompt", "ckpt_path"]

    /// - Parameters:
    ///   - paths: of the file that the control is in.
    ///   - line: of the line of a batch that changes some of its keys.
    init(_ member: JSON.Member, paths: SpecPaths, line: SpecPaths? = nil, changed: Set<String> = []) throws {
        let place = changed.isEmpty ? paths.place : (line ?? paths).place
        guard let kind = ControlKind(rawValue: member.key) else {
            throw BenchError(.unusableInput, "\(place): Invalid hint_key '\(member.key)'")
        }
        self.kind = kind
        self.paths = (paths, line ?? paths)
        self.changed = changed
        fields = try SpecFields(member.value, place: "\(place), control '\(member.key)'")
        let path = try fields.string("input_control")
        inputControl = path?.isEmpty == true ? nil : path
    }

    /// The official checks, in their order and with their messages.
    func validate(hasInput: Bool, sigmaMax: Double, isDistilled: Bool) throws {
        if !hasInput, sigmaMax < 80 {
            throw fields.failure(
                "Must have 'input_video' specified if sigma_max < 80; give 'input_video_path', or a 'sigma_max' of 80")
        }
        if !hasInput, inputControl == nil {
            throw fields.failure("there is neither an 'input_control' nor an 'input_video_path' to make it from")
        }
        if isDistilled, kind != .edge {
            throw fields.failure("there is no distilled checkpoint for it, only for edge; leave 'use_distilled' out")
        }
        _ = try weight()
        if kind == .upscale, !hasInput {
            throw fields.failure("enlarges the input video, and there is none; give 'input_video_path'")
        }
        guard inputControl == nil, !kind.hasPreset, kind != .upscale else { return }
        throw fields.failure(
            [.hdmap, .lidar].contains(kind)
                ? "must have an 'input_control': the video that was rendered from the map or the points"
                : "has no 'input_control', and there is no network here to make it from the input video; give the video that shows it"
        )
    }

    /// The control with its files found.
    func control(
        presets: (vis: ControlStrength, edge: ControlStrength), checkpoints: String?, warnings: inout [String]
    ) throws -> GenerationSpec.Control {
        let source: GenerationSpec.Control.Source
        if let inputControl {
            source = .video(
                try paths("input_control").existing(inputControl, as: "'input_control' of '\(kind.rawValue)'"))
        } else {
            source = kind == .upscale ? .input : .preset(kind == .vis ? presets.vis : presets.edge)
        }
        var weight = try weight() ?? .number(0.5, quoted: true)
        if case .file(let path) = weight {
            weight = .file(try paths("control_weight").existing(path, as: "'control_weight' of '\(kind.rawValue)'"))
        }
        if fields["control_weight"] == nil {
            warnings.append("\(fields.place): there is no 'control_weight', so it is 0.5")
        }
        try warn(&warnings)
        return GenerationSpec.Control(
            kind: kind, weight: weight, source: source, checkpoint: try checkpoint(under: checkpoints))
    }

    private func paths(_ key: String) -> SpecPaths { changed.contains(key) ? paths.changed : paths.own }

    /// nil where there is none.
    private func weight() throws -> GenerationSpec.Control.Weight? {
        guard let value = fields["control_weight"] else { return nil }
        switch value {
        case .integer, .number:
            if let number = value.double, number >= 0 { return .number(number, quoted: false) }
        case .string(let text):
            if ["pt", "safetensors", "npy"].contains((text as NSString).pathExtension.lowercased()) {
                return .file(text)
            }
            let digits = text.trimmingCharacters(in: .whitespaces)
            let isDecimal = digits.allSatisfy { "0123456789.eE+-".contains($0) }
            if isDecimal, let number = Double(digits), number >= 0, number.isFinite {
                return .number(number, quoted: true)
            }
        default: break
        }
        throw fields.failure(
            "'control_weight' must be a valid non-negative float or a path to a .pt file (or .safetensors, .npy), but is \(value.described)"
        )
    }

    private func checkpoint(under folder: String?) throws -> String? {
        guard let path = try fields.string("ckpt_path"), !path.isEmpty else { return nil }
        let paths = paths("ckpt_path")
        if let folder, !path.hasPrefix("/"), let found = try? paths.existing(folder + "/" + path, as: "") {
            return (try? paths.existing(path, as: "")) ?? found
        }
        return try paths.existing(path, as: "'ckpt_path' of '\(kind.rawValue)'")
    }

    private func warn(_ warnings: inout [String]) throws {
        for member in fields.members where !Self.keys.contains(member.key) {
            warnings.append(
                "\(fields.place): the key '\(member.key)' is unknown and has no effect\(hint(member.key, Self.keys))")
        }
        if let prompt = try fields.string("input_control_prompt"), !prompt.isEmpty {
            warnings.append("\(fields.place): 'input_control_prompt' has no effect, because the control is given")
        }
        guard let prompt = try fields.string("control_weight_prompt"), !prompt.isEmpty else { return }
        guard kind != .seg else {
            throw fields.failure(
                "'control_weight_prompt' needs a segmentation network, which there is none of here; give a map as 'control_weight' instead"
            )
        }
        warnings.append(
            "\(fields.place): 'control_weight_prompt' has no effect; the official tool uses it for seg alone")
    }
}
