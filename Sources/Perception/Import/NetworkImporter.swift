public import Experiment
internal import Foundation

/// Makes a network's folder of the files that a person has.
public enum NetworkImporter {
    /// Imports one network; its folder appears when it is complete.
    /// - Returns: the folder.
    /// - Throws: `BenchError` 65, when a file is not what the kind takes; 64, when the request contradicts itself or the
    ///   folder is taken; 69, when nothing can be written.
    public static func run(_ request: ImportRequest) throws(BenchError) -> NetworkFolder {
        switch request.kind.recipe {
        case .lpips(let backbone): return try BackboneImport(request, backbone: backbone).lpips()
        case .caffe:
            try refuseHeads(request)
            return try BackboneImport(request, backbone: .vgg16).caffe()
        case .files(let preset):
            try refuseHeads(request)
            return try FileImport(request, preset: preset).run()
        }
    }

    private static func refuseHeads(_ request: ImportRequest) throws(BenchError) {
        guard request.heads == nil else {
            throw BenchError(.usage, "--heads is for LPIPS; leave it out for \(request.kind.name)")
        }
    }

    /// The folder in the making, for a network of that name.
    static func start(_ request: ImportRequest, name: String) throws(BenchError) -> UnfinishedNetwork {
        if let folder = request.folder { return try UnfinishedNetwork(target: folder, replaces: request.replaces) }
        guard let networks = request.networks else {
            throw BenchError(
                .usage, "there is no home folder to keep networks in; name the network's folder with --out")
        }
        let isPlain = !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && !name.contains("\0")
        guard isPlain else {
            throw BenchError(.usage, "'\(name)' is no name for a network's folder; give it a plain one")
        }
        return try UnfinishedNetwork(target: networks + "/" + name, replaces: request.replaces)
    }
}

extension ImportRequest {
    /// The files for the kind's parts, by role.
    /// - Throws: `BenchError` 64, when there are too few or too many.
    func assigned(to parts: [NetworkKind.Part]) throws(BenchError) -> [String: String] {
        var assigned: [String: String] = [:]
        var unnamed: [String] = []
        for file in files {
            let halves = file.split(separator: "=", maxSplits: 1).map(String.init)
            if halves.count == 2, parts.contains(where: { $0.role == halves[0] }) {
                guard assigned.updateValue(halves[1], forKey: halves[0]) == nil else {
                    throw BenchError(.usage, "two files are named for \(halves[0]); name one")
                }
            } else {
                unnamed.append(file)
            }
        }
        for file in unnamed {
            guard let part = parts.first(where: { assigned[$0.role] == nil }) else {
                throw BenchError(
                    .usage,
                    "\(file) is one file too many: \(kind.name) takes \(parts.map(\.file).joined(separator: ", "))")
            }
            assigned[part.role] = file
        }
        if let part = parts.first(where: { assigned[$0.role] == nil && !$0.isOptional }) {
            throw BenchError(
                .usage,
                "\(kind.name) takes \(kind.files); its \(part.role) is missing: see `transferbench models import --help` for where it is published"
            )
        }
        return assigned
    }
}
