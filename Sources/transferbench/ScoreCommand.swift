public import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception
import Reporting
import Results
public import Scoring

extension MaskIoU.Matching: ExpressibleByArgument {}

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score generated videos against their references.",
        discussion: """
            Either whole folders in the TransferBench / PAI-Bench layout:

              transferbench score --dataset data --videos edge=runs/edge --videos uniform=runs/uniform

            DATASET holds videos/ID.mp4 and captions/ID.json, and where there are any sam2_pkls/ID.pkl or masks/ID.mp4, \
            depth_npzs/ID.npz and foreground/ID.mp4. A folder of generated videos holds ID.mp4, ID_captionN.mp4 or \
            ID__N.mp4 (or .mkv, .avi, .mov, .webm, .m4v, .mpg, .ts, .ogv, .wmv, .flv, .y4m), itself or in videos/, with \
            sam2_pkls, masks and depth_npzs by the video's name beside it. \
            What is in the store already is not computed again; the same command continues what was cut short.

            Or one pair of files:

              transferbench score --reference input.mp4 --generated output.mp4 --foreground mask.mp4 --json

            Networks make what files do not give: depth and masks of both videos, the foreground, diversity, quality. Each is \
            a folder's path, or a name that `transferbench models list` shows:

              transferbench score --dataset data --videos runs/edge --depth-network depth-anything-v2-small \
            --saliency-network u2net-p --niqe references
            """)

    @Option(
        help: ArgumentHelp("Folder of reference videos, captions, masks, depth.", valueName: "dir"),
        completion: .directory)
    var dataset: String?
    @Option(
        help: ArgumentHelp(
            "Folder of generated videos: a configuration, called by its name. Repeat for more.", valueName: "[name=]dir"
        ),
        completion: .directory)
    var videos: [String] = []
    @Option(help: ArgumentHelp("The store of results.", valueName: "file"))
    var store = "results.sqlite"
    @Option(help: ArgumentHelp("Name of the run. (default: the dataset's folder)", valueName: "name"))
    var name: String?
    @Option(help: ArgumentHelp("Score at most so many videos now; the run stays PARTIAL.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Reference video of one pair.", valueName: "file"), completion: .file())
    var reference: String?
    @Option(help: ArgumentHelp("Generated video of one pair.", valueName: "file"), completion: .file())
    var generated: String?
    @Option(
        help: ArgumentHelp(
            "Foreground mask of a pair (above 127 is foreground, or 1 in a mask of 0 and 1), or the folder of ID.mp4 masks of a dataset.",
            valueName: "path"),
        completion: .file())
    var foreground: String?
    @Option(
        help: ArgumentHelp(
            "Depth of the reference: .npz or .npy, frames x rows x columns; a text 'kind' in it, or card.json beside it, says what its numbers are: metres, disparity or relative.",
            valueName: "file"),
        completion: .file())
    var depthReference: String?
    @Option(help: ArgumentHelp("Depth of the generated video.", valueName: "file"), completion: .file())
    var depthGenerated: String?
    @Option(
        help: ArgumentHelp(
            "Masks of the reference: a SAM2 .pkl, or a video or PNG folder with one colour an object.",
            valueName: "path"),
        completion: .file())
    var masksReference: String?
    @Option(help: ArgumentHelp("Masks of the generated video.", valueName: "path"), completion: .file())
    var masksGenerated: String?
    @Option(help: ArgumentHelp("What a pair shows, for --phrase-network.", valueName: "text"))
    var caption: String?
    @Flag(help: "Print the pair's scores as JSON.")
    var json = false

    @Option(
        help:
            "The published evaluator to follow: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")); all follows both, decodes once, and shows where they differ."
    )
    var profile = ProfileChoice([.paibench2025])
    @Option(help: "How mask phrases are paired: hungarian, max.")
    var matching: MaskIoU.Matching = .hungarian
    @Option(help: ArgumentHelp("Frames in work at once. (default: the machine's cores)", valueName: "n"))
    var threads: Int?
    @Option(help: ArgumentHelp("Seconds to wait for another process that writes to the store.", valueName: "s"))
    var wait: Double = 10
    @OptionGroup(title: "Networks") var perception: NetworkOptions

    func validate() throws {
        let isPair = reference != nil || generated != nil
        let isFolder = dataset != nil || !videos.isEmpty
        guard isPair != isFolder else {
            throw ValidationError("Name either --dataset and --videos, or --reference and --generated.")
        }
        if isPair {
            guard reference != nil, generated != nil else {
                throw ValidationError("A pair has two files: --reference and --generated.")
            }
            guard perception.depthNetwork != nil || (depthReference == nil) == (depthGenerated == nil) else {
                throw ValidationError(
                    "Depth takes both --depth-reference and --depth-generated, or a --depth-network for what is missing."
                )
            }
            guard perception.maskNetwork != nil || (masksReference == nil) == (masksGenerated == nil) else {
                throw ValidationError(
                    "Masks take both --masks-reference and --masks-generated, or a --mask-network for what is missing.")
            }
            guard perception.perceptualNetwork == nil else {
                throw ValidationError(
                    "Diversity compares the videos of one clip and configuration: --perceptual-network belongs to --dataset."
                )
            }
            guard caption == nil || perception.phraseNetwork != nil else {
                throw ValidationError("--caption says what --phrase-network looks for: name both.")
            }
            guard perception.phraseNetwork == nil || caption != nil else {
                throw ValidationError("--phrase-network looks for what a --caption names.")
            }
            guard limit == nil, name == nil else { throw ValidationError("--limit and --name belong to --dataset.") }
        } else {
            guard dataset != nil, !videos.isEmpty else {
                throw ValidationError("A dataset is scored against at least one folder: --dataset and --videos.")
            }
            guard depthReference == nil, masksReference == nil, depthGenerated == nil, masksGenerated == nil, !json,
                caption == nil
            else {
                throw ValidationError(
                    "--json, --caption, --depth-reference, --masks-reference and the like belong to a pair; a dataset has its own folders."
                )
            }
        }
        guard foreground == nil || !perception.makesForeground else {
            throw ValidationError(
                "The foreground comes from one source: --foreground, --saliency-network or --foreground-phrases.")
        }
        guard threads.map({ (1...256).contains($0) }) ?? true else {
            throw ValidationError("--threads takes 1 to 256.")
        }
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit takes 1 or more.") }
        guard (0...1e6).contains(wait) else { throw ValidationError("--wait takes 0 to 1000000 seconds.") }
        guard name?.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) ?? true else {
            throw ValidationError("--name takes no control characters.")
        }
    }

    func run() throws {
        let profiles = profile.profiles
        let options = ScoringOptions(profile: profiles[0], matching: matching, workers: threads ?? Machine.cores)
        var environment = Machine.environment(version: TransferBench.version, threads: options.workers)
        if perception.runsNetworks, let runtime = try? OnnxRuntime.load() {
            environment["onnxruntime"] = runtime.version
        }
        Interrupt.install(
            reference == nil
                ? "interrupted; what was scored is kept, and the same command goes on from there"
                : "interrupted; a pair is not kept", cleanUp: { ScratchFolder.removeOwn() })
        if let reference, let generated {
            // Hashed first: what cannot be read is said before minutes are spent.
            var hasher = ContentHasher(store: nil)
            let temporary = ScratchFolder.path()
            defer { try? FileManager.default.removeItem(atPath: temporary) }
            let networks = try perception.networks(folder: temporary)
            let clip = Clip(name: "pair", caption: caption ?? "", video: try hasher.artifact(reference))
            var scored = options
            scored.niqe = try perception.niqeChoice(folder: temporary)?.reference(of: [clip.video], options)
            let sources = PairSources(
                clip: clip, generated: try hasher.artifact(generated),
                foreground: try foregroundSource(networks, clip: stem(reference)),
                depth: part(depthReference, depthGenerated, isMade: networks?.depth != nil),
                masks: part(masksReference, masksGenerated, isMade: networks?.masks != nil))
            try PairScoring(
                job: PairJob(sources: sources, options: scored, networks: networks), profiles: profiles,
                environment: environment, isJSON: json
            ).run()
        } else if let dataset {
            let folder = URL(fileURLWithPath: store).deletingPathExtension().path + "-maps"
            let networks = try perception.networks(folder: folder)
            try FolderScoring(
                requests: profiles.map { profile in
                    ScoringRequest(
                        dataset: dataset, videos: videos.map { .folder($0) }, foreground: foreground, name: name,
                        options: options.following(profile), networks: networks,
                        niqe: perception.niqeChoice(folder: folder))
                },
                environment: environment, store: Store(path: store, access: .write(wait: wait)), limit: limit
            ).run()
        }
    }

    private func part(_ reference: String?, _ generated: String?, isMade: Bool) -> PairSources.Part? {
        guard isMade || reference != nil else { return nil }
        return PairSources.Part(
            reference: reference.map { .file($0) } ?? .network, generated: generated.map { .file($0) } ?? .network)
    }

    private func foregroundSource(_ networks: ScoringNetworks?, clip: String) throws -> PairSources.Foreground? {
        switch networks?.foreground {
        case .saliency: return .saliency
        case .phrases(let phrases):
            let masks: MapSource
            if let masksReference {
                masks = .file(masksReference)
            } else if networks?.masks != nil {
                masks = .network
            } else {
                throw BenchError(
                    .usage, "--foreground-phrases chooses from masks: name --masks-reference or --mask-network")
            }
            return .phrases(try phrases.phrases(of: clip), of: masks)
        case nil: return foreground.map { .file($0) }
        }
    }
}
