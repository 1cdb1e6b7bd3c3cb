import Experiment
import Foundation
import Perception
import Results
import Scoring
import Synchronization
import TestSupport
import Testing
import Video

@testable import Execution

/// Scoring with networks of a few nodes, from folders to the store.
@Suite(
    .enabled(if: (try? OnnxRuntime.load()) != nil, "skipped: ONNX Runtime is not on this machine")
) struct NetworkScoringTests {
    private let folder = TemporaryFolder()
    private let options = ScoringOptions(profile: .paibench2025, workers: 2, frameLimit: 3)

    private func network(_ name: String) throws -> NetworkFolder {
        try NetworkFolder(
            path: Places.repository.appendingPathComponent("Fixtures/references/perception/scoring/\(name)").path)
    }

    /// A copy of a network with another text in its card.
    private func network(_ name: String, replacing old: Regex<Substring>, with new: String) throws -> NetworkFolder {
        let copy = folder.file(name)
        try FileManager.default.copyItem(atPath: try network(name).path, toPath: copy)
        let card = try String(contentsOfFile: copy + "/network.json", encoding: .utf8)
        try card.replacing(old, with: new).write(toFile: copy + "/network.json", atomically: true, encoding: .utf8)
        return try NetworkFolder(path: copy)
    }

    private func link(_ target: String, to name: String) throws {
        let path = folder.file(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: Places.recorded + "/" + target)
    }

    /// One clip, two videos of it.
    private func layOut() throws {
        try link("dataset/videos/task_0000.mp4", to: "data/videos/a.mp4")
        try link("vis/videos/task_0000.mp4", to: "run/a.mp4")
        try link("vis/videos/task_0000_caption1.mp4", to: "run/a_caption1.mp4")
    }

    private var everything: ScoringNetworks {
        get throws {
            var networks = ScoringNetworks(mapFolder: folder.file("maps"))
            networks.depth = try network("depth")
            networks.masks = ScoringNetworks.MaskNetworks(segmenter: try network("segmenter"))
            networks.foreground = .saliency(try network("saliency"), SaliencySettings(threshold: 0.4, radius: 1))
            networks.perceptual = try network("features")
            networks.device = .cpu
            return networks
        }
    }

    private func run(
        _ networks: ScoringNetworks, in store: Store, niqe: NIQEChoice? = nil, limit: Int? = nil,
        onEvent: @escaping @Sendable (ScoringRunner.Event) -> Void = { _ in }
    ) throws -> (outcome: ScoringRunner.Outcome, results: RunResults) {
        var planner = ScoringPlanner(options: options, store: store)
        let job = try planner.plan(
            ScoringRequest(
                dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options,
                networks: networks,
                niqe: niqe))
        let outcome = try ScoringRunner(store: store, environment: ["cpu": "test"], onEvent: onEvent)
            .run(job, limit: limit)
        let run = try #require(try store.runs().first { $0.number == outcome.run })
        return (outcome, try store.results(of: run))
    }

    private func openStore(_ name: String = "results.sqlite") throws -> Store {
        try Store(path: folder.file(name), access: .write(wait: 0))
    }

    @Test func `networks give what files do not: depth, masks, foreground, diversity`() throws {
        try layOut()
        let store = try openStore()
        let frames = Mutex((expected: 0, done: 0))
        let (outcome, results) = try run(
            everything, in: store, niqe: .references(block: 32, folder: folder.file("maps"))
        ) { event in
            switch event {
            case .expected(let n): frames.withLock { $0.expected += n }
            case .frame: frames.withLock { $0.done += 1 }
            default: break
            }
        }
        #expect(outcome.scored == 2 && outcome.failures == 0, "\(results.events)")
        #expect(frames.withLock { $0.expected == $0.done }, "\(frames.withLock { $0 })")
        let trial = results.trials[0]
        for metric in ["blur-ssim", "edge-f1", "depth-si-rmse", "mask-miou"] {
            for region in Region.allCases {
                #expect(trial.score(metric, region)?.outcome.value != nil, "\(metric) \(region)")
            }
        }
        let depth = try #require(trial.score("depth-si-rmse", .fg))
        #expect(depth.parameters["network"]?.hasPrefix("tiny-depth ") == true && depth.parameters["device"] == "cpu")
        #expect(depth.parameters["foreground"]?.hasPrefix("saliency by tiny-saliency") == true)
        #expect(trial.score("depth-si-rmse", .all)?.parameters["foreground"] == nil)
        #expect(trial.score("niqe", .all)?.outcome.value != nil)
        let diversity = try #require(results.conditions.first?.score("perceptual-diversity", .all))
        #expect(diversity.outcome.value.map { $0 > 0 } == true && diversity.counts["pairs"] == 1)
        #expect(results.conditions.first?.score("perceptual-diversity", .fg)?.outcome.value != nil)
        #expect(results.run.parameters["depth-network"]?.hasPrefix("tiny-depth ") == true)
        #expect(results.run.metrics.last?.scope == .condition)
        // The generated videos' maps are gone, the reference's are kept: foreground, depth, masks.
        let kept = FileManager.default.enumerator(atPath: folder.file("maps"))?.compactMap { $0 as? String } ?? []
        #expect(kept.count { $0.hasSuffix(".maps") } == 3)
    }

    @Test func `what is scored with networks is not scored again, and scores are the same with and without its maps`()
        throws
    {
        try layOut()
        let store = try openStore()
        let first = try run(everything, in: store)
        let again = try run(everything, in: store)
        #expect(again.outcome.scored == 0 && again.outcome.known == 2 && again.outcome.run == first.outcome.run)
        let other = try run(everything, in: try openStore("other.sqlite"))
        #expect(other.results.trials.map(\.scores) == first.results.trials.map(\.scores))
        #expect(other.results.conditions.map(\.scores) == first.results.conditions.map(\.scores))
    }

    @Test func `another setting of a network is another run`() throws {
        try layOut()
        let store = try openStore()
        var networks = try everything
        let first = try run(networks, in: store)
        networks.foreground = .saliency(try network("saliency"), SaliencySettings(threshold: 0.6, radius: 1))
        let second = try run(networks, in: store)
        #expect(second.outcome.run != first.outcome.run && second.outcome.scored == 2)
        #expect(second.results.run.parameters != first.results.run.parameters)
    }

    @Test func `phrases choose the foreground from the masks that a network makes`() throws {
        try layOut()
        var networks = try everything
        networks.foreground = .phrases(.list(SalientPhrases(["Green things"])))
        let found = try run(networks, in: try openStore())
        #expect(found.outcome.failures == 0, "\(found.results.events)")
        let score = try #require(found.results.trials[0].score("blur-ssim", .fg))
        #expect(score.outcome.value != nil && score.parameters["foreground"] == "phrases: Green things")
        networks.foreground = .phrases(.list(SalientPhrases(["purple things"])))
        let missed = try run(networks, in: try openStore("missed.sqlite"))
        let reason = missed.results.trials[0].score("blur-ssim", .fg)?.outcome.reason
        #expect(reason?.contains("purple things") == true)
        #expect(missed.results.trials[0].score("blur-ssim", .all)?.outcome.value != nil)
    }

    @Test func `a limit leaves the condition for the run that has all its videos`() throws {
        try layOut()
        let store = try openStore()
        let first = try run(everything, in: store, limit: 1)
        #expect(first.results.conditions[0].scores.isEmpty && first.results.isPartial)
        let second = try run(everything, in: store)
        #expect(!second.results.conditions[0].scores.isEmpty && !second.results.isPartial)
    }

    @Test func `a network that is not its card's is refused before any work`() throws {
        try layOut()
        var networks = try everything
        networks.depth = try network("depth", replacing: /[0-9a-f]{64}/, with: String(repeating: "0", count: 64))
        let error = #expect(throws: BenchError.self) { try run(networks, in: try openStore()) }
        #expect(error?.code == .unusableInput && error?.sentence.contains("SHA-256") == true)
    }

    @Test func `a part that failed is tried again, and the rest is kept until then`() throws {
        try layOut()
        let store = try openStore()
        var networks = try everything
        networks.mapFolder = try folder.write("a file where a folder should be", to: "maps")
        let first = try run(networks, in: store)
        #expect(first.outcome.scored == 2 && first.outcome.failures > 0)
        #expect(first.results.trials[0].score("depth-si-rmse", .all)?.outcome.value == nil)
        try FileManager.default.removeItem(atPath: folder.file("maps"))
        let second = try run(networks, in: store)
        #expect(second.outcome.scored == 2 && second.outcome.failures == 0, "\(second.results.events)")
        #expect(second.results.trials[0].score("depth-si-rmse", .all)?.outcome.value != nil)
        #expect(try run(networks, in: store).outcome.known == 2)
    }

    @Test func `the older profile shows its networks frames of the reference's size`() throws {
        try layOut()
        var networks = try everything
        networks.foreground = nil
        // A network that looks at frames as they are tells the size that it was shown by the size of its map.
        networks.depth = try network(
            "depth", replacing: /\{\s*"fixed": \[\s*48,\s*64\s*\]\s*\}/,
            with: "{\"native\": true, \"multipleOf\": 1, \"least\": 8}")
        let small = folder.file("small.mkv")
        let reader = try openFrames(folder.file("run/a.mp4"))
        let size = FrameSize(width: 40, height: 30)
        let writer = try VideoWriter(path: small, size: size, rate: 24)
        for _ in 0..<3 {
            let frame = try #require(try reader.next())
            try writer.append(frame.resized(to: size, .area))
        }
        try writer.finish()
        var shown: [Profile: Bool] = [:]
        for profile in Profile.allCases {
            let options = ScoringOptions(profile: profile, workers: 1, frameLimit: 3)
            let bench = NetworkBench(networks, options: options) { _, _ in }
            let clip = Clip(name: "a", caption: "", video: try Artifact(hashing: folder.file("data/videos/a.mp4")))
            let part = PairSources.Part(reference: .network, generated: .network)
            let inputs = bench.inputs(
                PairSources(clip: clip, generated: try Artifact(hashing: small), depth: part))
            guard case .files(let reference, let generated) = inputs.depth else {
                Issue.record("\(String(describing: inputs.depth))")
                continue
            }
            shown[profile] = try openDepth(generated).size == openDepth(reference).size
            #expect(try profile == .paibench2025 || openDepth(generated).size == size)
        }
        #expect(shown == [.paibench2025: true, .aligned2026: false])
    }

    @Test func `a detector without a caption has nothing to find, which is no score`() throws {
        try layOut()
        var networks = try everything
        networks.masks = ScoringNetworks.MaskNetworks(
            segmenter: try network("segmenter"), detector: try network("features"))
        var planner = ScoringPlanner(options: options, store: nil)
        let job = try planner.plan(
            ScoringRequest(
                dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options,
                networks: networks))
        #expect(job.sources[0].masks?.absence?.contains("captions/a.json") == true)
    }

    @Test func `scores of conditions are of a profile`() throws {
        try layOut()
        var fingerprints: Set<Identity> = []
        for profile in Profile.allCases {
            let options = ScoringOptions(profile: profile, workers: 1)
            var planner = ScoringPlanner(options: options, store: nil)
            let job = try planner.plan(
                ScoringRequest(
                    dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options,
                    networks: everything))
            fingerprints.formUnion(job.plan.conditions.map(\.fingerprint))
        }
        #expect(fingerprints.count == 2)
    }

    @Test func `diversity added to a run leaves its videos' scores as they are`() throws {
        try layOut()
        let store = try openStore()
        var networks = try everything
        networks.perceptual = nil
        _ = try run(networks, in: store)
        let more = try run(everything, in: store)
        #expect(more.outcome.scored == 0 && more.outcome.known == 2)
        #expect(more.results.conditions[0].score("perceptual-diversity", .all)?.outcome.value != nil)
    }

    @Test func `a network that cannot run leaves its metrics unscored and the others whole`() throws {
        try layOut()
        var networks = try everything
        networks.depth = try network("depth", replacing: /"depth": "depth"/, with: "\"depth\": \"height\"")
        let (outcome, results) = try run(networks, in: try openStore())
        #expect(outcome.scored == 2 && outcome.failures == 2)
        #expect(results.trials[0].score("depth-si-rmse", .all)?.outcome.reason?.contains("'height'") == true)
        #expect(results.trials[0].score("mask-miou", .all)?.outcome.value != nil)
    }
}
