public import ArgumentParser
import Execution
public import Experiment
import Foundation
import Reporting
import Results
public import Scoring

extension Profile: ExpressibleByArgument {}
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
            ID__N.mp4, itself or in videos/, with sam2_pkls, masks and depth_npzs by the video's name beside it. \
            What is in the store already is not computed again; the same command continues what was cut short.

            Or one pair of files:

              transferbench score --reference input.mp4 --generated output.mp4 --foreground mask.mp4 --json
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
            "Foreground mask of a pair (white is foreground), or the folder of ID.mp4 masks of a dataset.",
            valueName: "path"),
        completion: .file())
    var foreground: String?
    @Option(
        help: ArgumentHelp("Depth of the reference: .npz or .npy, frames x rows x columns.", valueName: "file"),
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
    @Flag(help: "Print the pair's scores as JSON.")
    var json = false

    @Option(help: "The published evaluator to follow: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")).")
    var profile: Profile = .paibench2025
    @Option(help: "How mask phrases are paired: hungarian, max.")
    var matching: MaskIoU.Matching = .hungarian
    @Option(help: ArgumentHelp("Frames in work at once. (default: the machine's cores)", valueName: "n"))
    var threads: Int?
    @Option(help: ArgumentHelp("Seconds to wait for another process that writes to the store.", valueName: "s"))
    var wait: Double = 10

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
            guard (depthReference == nil) == (depthGenerated == nil) else {
                throw ValidationError("Depth takes both --depth-reference and --depth-generated.")
            }
            guard (masksReference == nil) == (masksGenerated == nil) else {
                throw ValidationError("Masks take both --masks-reference and --masks-generated.")
            }
            guard limit == nil, name == nil else { throw ValidationError("--limit and --name belong to --dataset.") }
        } else {
            guard dataset != nil, !videos.isEmpty else {
                throw ValidationError("A dataset is scored against at least one folder: --dataset and --videos.")
            }
            guard depthReference == nil, masksReference == nil, depthGenerated == nil, masksGenerated == nil, !json
            else {
                throw ValidationError(
                    "--json, --depth-… and --masks-… belong to a pair; a dataset has its own folders.")
            }
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
        let options = ScoringOptions(profile: profile, matching: matching, workers: threads ?? Machine.cores)
        let environment = Machine.environment(version: TransferBench.version, threads: options.workers)
        Interrupt.install(
            reference == nil
                ? "interrupted; what was scored is kept, and the same command goes on from there"
                : "interrupted; a pair is not kept")
        if let reference, let generated {
            try PairScoring(
                inputs: PairInputs(
                    reference: reference, generated: generated, foreground: foreground.map { .file($0) },
                    depth: part(depthReference, depthGenerated), masks: part(masksReference, masksGenerated)),
                options: options, environment: environment, isJSON: json
            ).run()
        } else if let dataset {
            try FolderScoring(
                request: ScoringRequest(
                    dataset: dataset, videos: videos, foreground: foreground, name: name, options: options),
                environment: environment, store: store, wait: wait, limit: limit
            ).run()
        }
    }

    private func part(_ reference: String?, _ generated: String?) -> PairInputs.Part? {
        guard let reference, let generated else { return nil }
        return .files(reference: reference, generated: generated)
    }
}
