import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception
import Reporting

struct DiversityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diversity",
        abstract: "Say how far the videos of one condition lie apart: the perceptual distance of all pairs.",
        discussion: """
            Every video goes through the network once; the value is the mean over all unordered pairs and over frames. It is \
            LPIPS only with LPIPS' own weights, otherwise a perceptual distance that is named after its network.

              transferbench diversity --network lpips-vgg16 prompt1.mp4 prompt2.mp4 prompt3.mp4 --foreground mask.mp4
            """)

    @Argument(help: ArgumentHelp("Videos of one size, or folders of pictures; two or more.", valueName: "video"))
    var videos: [String]
    @Option(help: ArgumentHelp("Folder of a perceptual-features network, or its name.", valueName: "network"))
    var network: String
    @Option(
        help: ArgumentHelp(
            "Mask of all videos (above 127 is foreground): adds the regions fg and bg.", valueName: "path"),
        completion: .file())
    var foreground: String?
    @Option(help: ArgumentHelp("At most so many frames of each video count.", valueName: "n"))
    var frames = DiversityScorer.publishedFrameLimit
    @Option(help: "What the network runs on: auto (CUDA where it works), cpu, cuda.")
    var device: DeviceChoice = .auto
    @Option(help: ArgumentHelp("Threads. (default: the machine's cores)", valueName: "n"))
    var threads: Int?
    @Flag(help: "Print everything as JSON.")
    var json = false

    func validate() throws {
        guard videos.count >= 2 else { throw ValidationError("Diversity compares two or more videos.") }
        guard frames > 0 else { throw ValidationError("--frames takes 1 or more.") }
        guard threads.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 256.")
        }
    }

    func run() throws {
        let folder = try findNetwork(network)
        try folder.verify()
        let runtime = try OnnxRuntime.load()
        let scorer = try DiversityScorer(
            network: folder, runtime: runtime, device: device.device ?? runtime.bestDevice(for: [folder]),
            threads: threads ?? Machine.cores)
        Interrupt.install("interrupted; a diversity is not kept")
        let inputs =
            foreground.map { DiversityInputs(videos: videos, foreground: $0) } ?? DiversityInputs(videos: videos)
        let bar = ProgressBar(total: 0, unit: "frame")
        let start = ContinuousClock.now
        let result = try scorer.score(
            inputs, frameLimit: frames, onLength: { bar.expect($0) }, onFrame: { bar.step() })
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
        bar.finish()
        if json {
            var environment = Machine.environment(version: TransferBench.version, threads: threads ?? Machine.cores)
            environment["onnxruntime"] = runtime.version
            let document = DiversityDocument(
                result, scores: scorer.scores(result), seconds: seconds, environment: environment)
            try Terminal.output(try jsonText(document))
        } else {
            try show(result, scorer)
        }
        guard result.regions.allSatisfy({ $0.failure == nil }) else {
            throw BenchError(.incomplete, "a region could not be scored; the other values stand")
        }
    }

    private func show(_ result: DiversityResult, _ scorer: DiversityScorer) throws {
        var table = TextTable(
            ["pair"] + result.regions.map(\.region.rawValue), hasStyles: Terminal.hasStyledOutput)
        func row(_ name: String, _ value: (DiversityResult.Distances) -> Double?) {
            table.add(
                [.init(name)] + result.regions.map { .init(value($0).map { String(format: "%.6f", $0) } ?? "–") })
        }
        for (index, pair) in result.pairs.enumerated() {
            row("\(result.videos[pair.first]) – \(result.videos[pair.second])") { region in
                region.pairs.indices.contains(index) ? region.pairs[index] : nil
            }
        }
        row("\(scorer.descriptor.name) (\(scorer.card.name), \(result.frames) frames)") { $0.mean }
        try Terminal.output(table.rendered())
        for warning in result.warnings { Terminal.note("warning: \(warning)") }
        for region in result.regions {
            if let failure = region.failure { Terminal.note("warning: \(region.region.rawValue): \(failure)") }
        }
    }
}
