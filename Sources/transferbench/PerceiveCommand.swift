import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception
import Scoring
import Tensors
import Video

struct PerceiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perceive",
        abstract: "Write what networks see in a video: depth, objects, foreground.",
        discussion: """
            The suffix of --out says what is written: .maps keeps everything, for --depth-reference, --masks-reference and \
            --foreground of `score`; .mp4 (lossy), .mkv (lossless) and a folder of PNG images are for people, and for the \
            controls of `generate`.
            """,
        subcommands: [
            PerceiveDepthCommand.self, PerceiveMasksCommand.self, PerceiveForegroundCommand.self,
            PerceivePromptCommand.self,
        ])
}

/// What the three have in common.
struct PerceiveOptions: ParsableArguments {
    @Argument(help: "The video, or a folder of pictures.", completion: .file())
    var video: String
    @Option(help: ArgumentHelp("The result: a .maps file, a video, or a folder of images.", valueName: "path"))
    var out: String
    @Option(help: ArgumentHelp("Look at so many frames, from the first. (default: all)", valueName: "n"))
    var frames: Int?
    @Option(help: "What networks run on: auto (CUDA where it works), cpu, cuda.")
    var device: DeviceChoice = .auto
    @Option(help: ArgumentHelp("Threads. (default: the machine's cores)", valueName: "n"))
    var threads: Int?

    func validate() throws {
        guard threads.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 256.")
        }
        guard frames.map({ $0 > 0 }) ?? true else { throw ValidationError("--frames takes 1 or more.") }
    }

    /// Makes a map of the video in a temporary folder and hands it over.
    /// - Parameters:
    ///   - inputs: files besides the video that must not be replaced.
    ///   - write: writes a map file to the path as a video of the given rate.
    func perceive(
        _ networks: (ScoringNetworks) -> ScoringNetworks, inputs: [String] = [], make: (MapJob) throws -> String,
        write: (_ map: String, _ path: String, _ rate: Double) throws -> Int
    ) throws {
        let path = try OutputPath.resolved(out, inputs: [video] + inputs)
        var isFolder: ObjCBool = false
        guard
            !MapFileReader.isNamed(path)
                || !(FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue)
        else { throw BenchError(.usage, "\(out) is a folder; name a file") }
        let temporary = ScratchFolder.path()
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        Interrupt.install("interrupted; the result is not written", cleanUp: { ScratchFolder.removeOwn() })
        if !MapFileReader.isNamed(path) { try usableInput { try rehearse(path) } }
        var hasher = ContentHasher(store: nil)
        var chosen = networks(ScoringNetworks(mapFolder: temporary))
        chosen.device = device.device
        let bar = ProgressBar(total: 0, unit: "frame")
        let job = try MapJob(
            video: try hasher.artifact(video), networks: chosen,
            options: ScoringOptions(
                profile: .aligned2026, workers: threads ?? Machine.cores, frameLimit: frames ?? 1 << 30),
            onExpected: { bar.expect($0) }, onFrame: { bar.step() })
        let map = try make(job)
        bar.finish()
        do {
            // Networks take so much longer than decoding that reading once more for its warnings costs nothing.
            for warning in try FrameSurvey(of: video, limit: frames ?? .max).warnings {
                Terminal.note("warning: \(warning)")
            }
            if MapFileReader.isNamed(path) {
                let header = try MapFileReader(path: map).header
                try replace(path, with: map)
                Terminal.note("wrote \(header.frames) frames to \(out)")
            } else {
                let rate = try openFrames(video).rate
                Terminal.note("wrote \(try write(map, path, rate > 0 ? rate : 24)) frames to \(out)")
            }
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }
}

extension PerceiveOptions {
    /// Sees that a video of the result can be written, before the networks run.
    fileprivate func rehearse(_ path: String) throws {
        let reader = try openFrames(video)
        let length = min(reader.declaredFrames ?? 1, frames ?? .max)
        try VideoRehearsal([path], size: reader.size, rate: reader.rate > 0 ? reader.rate : 24, frames: length).run()
    }
}

/// Copies a file beside its final name and gives it that name: whoever looks finds the old file or the whole new one.
/// - Throws: `BenchError` 69, when it cannot be written.
private func replace(_ path: String, with source: String) throws(BenchError) {
    let url = URL(fileURLWithPath: path)
    let hidden = url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).partial-\(getpid())"
    UnfinishedFiles.begin(hidden) {}
    defer { UnfinishedFiles.end(hidden) { try? FileManager.default.removeItem(atPath: hidden) } }
    do { try FileManager.default.copyItem(atPath: source, toPath: hidden) } catch {
        throw BenchError(.missing, "\(path): cannot be written; check the folder and its free space")
    }
    let code = UnfinishedFiles.end(hidden) { rename(hidden, path) == 0 ? 0 : errno }
    guard code == 0 else {
        throw BenchError(.missing, "\(path): cannot be written (\(String(cString: strerror(code))))")
    }
}

struct PerceiveDepthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "depth", abstract: "Estimate the depth of every pixel.",
        discussion: """
            As a video it is grey, near is bright, scaled over the whole clip: what the depth control shows.

              transferbench perceive depth input.mp4 --network depth-anything-v2-small --out depth.mp4
            """)

    @OptionGroup var common: PerceiveOptions
    @Option(help: ArgumentHelp("A network for depth.", valueName: "network"))
    var network: String

    func run() throws {
        let network = try findNetwork(network, for: [.depth, .videoDepth])
        try common.perceive(
            { networks in
                var networks = networks
                networks.depth = network
                return networks
            }, make: { try $0.depth() },
            write: { map, path, rate in
                let isInverse = network.card.depthKind == .disparity
                return try MapPictures.writeDepth(of: map, isInverse: isInverse, to: path, rate: rate)
            })
    }
}

struct PerceiveMasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masks", abstract: "Outline objects.",
        discussion: """
            As a video every object has one flat colour: what the segmentation control shows.

              transferbench perceive masks input.mp4 --network sam2 --phrase-network grounding-dino \\
            --caption "a robot arm and a cup" --out seg.mkv
            """)

    @OptionGroup var common: PerceiveOptions
    @Option(help: ArgumentHelp("A segmenter of classes, or SAM2.", valueName: "network"))
    var network: String
    @Option(help: ArgumentHelp("Finds the caption's phrases for SAM2.", valueName: "network"))
    var phraseNetwork: String?
    @Option(help: ArgumentHelp("What the video shows.", valueName: "text"))
    var caption: String?

    func run() throws {
        let masks = try findMaskNetworks(network, phraseNetwork)
        guard masks.detector == nil || caption != nil else {
            throw BenchError(.usage, "--phrase-network looks for what a --caption names; give one")
        }
        try common.perceive(
            { networks in
                var networks = networks
                networks.masks = masks
                return networks
            }, make: { try $0.masks(caption: caption ?? "") },
            write: { map, path, rate in try MapPictures.writeLabels(of: map, to: path, rate: rate) })
    }
}

struct PerceiveForegroundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "foreground", abstract: "Tell foreground from background, as a mask and as a weight map.",
        discussion: """
            A saliency network decides, or phrases that name objects of a mask file. The same mask serves the regions of \
            `score` (--foreground) and, with --weights, a control of `generate` (control_weight):

              transferbench perceive foreground input.mp4 --network u2net-p --out mask.mkv \\
            --weights edge.safetensors --foreground-weight 1 --background-weight 0.3
            """)

    @OptionGroup var common: PerceiveOptions
    @Option(help: ArgumentHelp("A network for saliency.", valueName: "network"))
    var network: String?
    @Option(help: ArgumentHelp("A pixel is foreground when its smoothed saliency is above this.", valueName: "0 to 1"))
    var threshold = SaliencySettings().threshold
    @Option(
        help: ArgumentHelp(
            "Saliency is averaged over so many frames on both sides, with binomial weights: 1 4 6 4 1 for 2.",
            valueName: "frames"))
    var smoothing = SaliencySettings().radius
    @Option(
        help: ArgumentHelp("Phrases that are foreground, or a JSON file of them by clip.", valueName: "phrases|file"))
    var phrases: String?
    @Option(
        help: ArgumentHelp("The objects that phrases name: .maps, .pkl, a video of flat colours.", valueName: "file"),
        completion: .file())
    var masks: String?
    @Option(help: ArgumentHelp("Write a weight map too, .safetensors.", valueName: "file"))
    var weights: String?
    @Option(help: ArgumentHelp("The weight in the foreground.", valueName: "w"))
    var foregroundWeight = 1.0
    @Option(help: ArgumentHelp("The weight in the background.", valueName: "w"))
    var backgroundWeight = 0.0

    func validate() throws {
        guard (network == nil) != (phrases == nil) else {
            throw ValidationError("The foreground comes from one source: --network or --phrases.")
        }
        guard (phrases == nil) == (masks == nil) else {
            throw ValidationError("--phrases choose among the objects of --masks: name both.")
        }
        guard SaliencySettings.thresholds.contains(threshold), SaliencySettings.radii.contains(smoothing) else {
            throw ValidationError(
                "--threshold takes 0 to 1 and --smoothing 0 to \(SaliencySettings.radii.upperBound) frames.")
        }
        guard [foregroundWeight, backgroundWeight].allSatisfy({ $0 >= 0 && $0 <= 1000 }) else {
            throw ValidationError("A weight is 0 to 1000.")
        }
    }

    func run() throws {
        let choice: ScoringNetworks.Foreground
        if let phrases {
            choice = .phrases(PhraseChoice(phrases))
        } else {
            choice = .saliency(
                try findNetwork(network ?? "", for: [.saliency]),
                SaliencySettings(threshold: threshold, radius: smoothing))
        }
        let own = try network.map { name throws(BenchError) in try findNetwork(name).paths } ?? []
        let inputs = [common.video] + [masks, phrases].compactMap { $0 } + own
        guard weights?.lowercased().hasSuffix(".safetensors") ?? true else {
            throw BenchError(.usage, "\(weights ?? "") is no name for a weight map; end it in .safetensors")
        }
        let weightPath = try weights.map { path throws(BenchError) in
            try OutputPath.resolved(path, inputs: inputs + [common.out])
        }
        try common.perceive(
            { networks in
                var networks = networks
                networks.foreground = choice
                return networks
            }, inputs: [masks, phrases].compactMap { $0 } + own,
            make: { job in
                let mask = try job.foreground(masks: masks, caption: "")
                if let weightPath {
                    try MaskFiles.writeWeights(
                        of: mask, foreground: foregroundWeight, background: backgroundWeight, to: weightPath)
                }
                return mask
            },
            write: { map, path, rate in try MaskFiles.writeVideo(of: map, to: path, rate: rate) })
    }
}
