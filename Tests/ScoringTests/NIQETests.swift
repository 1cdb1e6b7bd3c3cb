import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Scoring

/// What the reference script wrote.
private struct NIQEReference: Decodable {
    struct Value: Decodable {
        let video: String
        let frame: Int
        let flatPixels: Int
        let plain96: Double
        let pyiqa96: Double
        let plain32: Double?
        let pyiqa32: Double?
    }
    struct Features: Decodable {
        let video: String
        let block: Int
        let sets: [[Double]]
        let sharpness: [Double]
    }
    let values: [Value]
    let real: [Value]
    let features: Features

    static let folder = Places.references + "/quality"

    static func read() throws -> NIQEReference {
        try JSONDecoder().decode(
            NIQEReference.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/niqe.json")))
    }

    static func model(_ block: Int) throws -> NIQEModel {
        try NIQEModel(path: folder + "/niqe_model_\(block).json")
    }
}

private func frames(_ path: String, _ wanted: Set<Int>) throws -> [Int: Frame] {
    let reader = try openFrames(path)
    var found: [Int: Frame] = [:]
    var index = 0
    while index <= wanted.max() ?? -1, let frame = try reader.next() {
        if wanted.contains(index) { found[index] = frame }
        index += 1
    }
    return found
}

private func pair(_ index: Int, _ frame: Frame, at size: FrameSize? = nil) -> FramePair {
    let size = size ?? frame.size
    return FramePair(
        index: index,
        reference: ReferenceMaps(
            blurred: Frame(width: size.width, height: size.height, pixels: .init(repeating: 0, count: 3 * size.pixels)),
            edges: Plane(width: size.width, height: size.height, pixels: .init(repeating: 0, count: size.pixels))),
        generated: frame.resized(to: size, .area), originalGenerated: frame)
}

private func distance(_ frame: Frame, _ model: NIQEModel) throws -> Double {
    guard case .distance(let value) = NIQE(model: model).measure(pair(0, frame)) else {
        Issue.record("the frame has no value")
        return .nan
    }
    return value
}

@Suite struct NIQETests {
    @Test func `features of a recorded frame are those of the plain evaluation`() throws {
        let expected = try NIQEReference.read().features
        let frame = try #require(try frames(Places.recorded + "/" + expected.video, [0])[0])
        let ours = try #require(NIQEFeatures(of: frame, block: expected.block))
        #expect(ours.blocks == expected.sets.count)
        for (index, set) in expected.sets.enumerated() {
            for (a, b) in zip(ours.block(index), set) { #expect(abs(a - b) <= 1e-9 * max(1, abs(b))) }
            #expect(abs(ours.sharpness[index] - expected.sharpness[index]) < 1e-9)
        }
    }

    @Test(arguments: [96, 32])
    func `values agree with the plain evaluation, and with pyiqa where nothing is flat`(block: Int) throws {
        let model = try NIQEReference.model(block)
        for (video, values) in Dictionary(grouping: try NIQEReference.read().values, by: \.video) {
            let frames = try frames(Places.recorded + "/" + video, Set(values.map(\.frame)))
            for value in values {
                let (plain, pyiqa) =
                    block == 96 ? (value.plain96, value.pyiqa96) : (value.plain32 ?? 0, value.pyiqa32 ?? 0)
                let ours = try distance(try #require(frames[value.frame]), model)
                #expect(abs(ours / plain - 1) < 1e-7, "\(video) frame \(value.frame)")
                // Where something is flat, rounding in pyiqa decides on which side it counts.
                if value.flatPixels == 0 { #expect(abs(ours / pyiqa - 1) < 2e-3, "\(video) frame \(value.frame)") }
            }
        }
    }

    @Test(.enabled(if: Places.clips != nil)) func `values of real frames agree with the plain evaluation`() throws {
        let model = try NIQEReference.model(96)
        let clips = try #require(Places.clips)
        for (video, values) in Dictionary(grouping: try NIQEReference.read().real, by: \.video) {
            let frames = try frames(clips + "/" + video, Set(values.map(\.frame)))
            for value in values {
                let ours = try distance(try #require(frames[value.frame]), model)
                #expect(abs(ours / value.plain96 - 1) < 1e-7, "\(video) frame \(value.frame)")
                #expect(abs(ours / value.pyiqa96 - 1) < 0.05, "\(video) frame \(value.frame)")
            }
        }
    }

    @Test func `a video's value is the mean over its frames, and says what it was measured with`() throws {
        let model = try NIQEReference.model(32)
        let frames = try frames(Places.recorded + "/edge/videos/task_0000__0.mp4", [0, 1])
        let metric = NIQE(model: model)
        let scores = metric.scores(
            (0...1).compactMap { frames[$0].flatMap { metric.measure(pair(0, $0)) } }, regions: Region.allCases)
        let score = try #require(scores.first)
        let each = score.perFrame.compactMap { $0 }
        #expect(scores.count == 1 && score.region == .all && score.n == 2 && each.count == 2)
        #expect(isClose(score.outcome.value, (each[0] + each[1]) / 2, 1e-12))
        #expect(score.parameters["block"] == "32" && score.parameters["model"] == model.identity.hex)
        #expect(score.parameters["flat"] == "within 1e-9 of the local mean")
        #expect(score.warnings.contains { $0.contains("32 pixels instead of the published 96") })
    }

    @Test func `without a model there is a reason and no value`() throws {
        let metric = NIQE(.missing(reason: "the clips are flat"))
        #expect(metric.measure(pair(0, Frame.noise(200, 100))) == nil)
        let scores = metric.scores([], regions: [.all])
        #expect(scores.count == 1 && scores[0].outcome.reason == "the clips are flat" && scores[0].n == 0)
        #expect(Scoring.NIQEReference.missing(reason: "").label == "none")
    }

    @Test func `it looks at the generated frame at its own size`() throws {
        let model = try NIQEReference.model(32)
        let frame = try #require(try frames(Places.recorded + "/vis/videos/task_0000.mp4", [0])[0])
        let metric = NIQE(model: model)
        #expect(
            metric.measure(pair(0, frame)) == metric.measure(pair(0, frame, at: FrameSize(width: 320, height: 192))))
    }

    @Test func `frames under a block, and frames without texture, are unscored with the reason`() throws {
        let metric = NIQE(model: try NIQEReference.model(96))
        let flat = Frame(width: 200, height: 100, pixels: .init(repeating: 90, count: 60_000))
        for (frame, words) in [(Frame.noise(96, 64), "smaller than NIQE's block of 96"), (flat, "texture")] {
            let score = metric.scores([try #require(metric.measure(pair(0, frame)))], regions: [.all])[0]
            #expect(score.outcome.reason?.contains(words) == true && score.perFrame == [nil] && score.n == 0)
        }
        let some = [flat, Frame.noise(200, 100)].compactMap { metric.measure(pair(0, $0)) }
        let score = metric.scores(some, regions: [.all])[0]
        #expect(score.outcome.value != nil && score.n == 1 && score.perFrame[0] == nil)
        #expect(score.warnings.contains { $0.contains("1 of 2 frames") })
    }

    @Test func `no frame at all gives no value`() throws {
        let score = NIQE(model: try NIQEReference.model(96)).scores([], regions: [.all])[0]
        #expect(score.outcome.value == nil)
    }
}

@Suite struct NIQEModelTests {
    private static let clips = ["task_0000", "task_0001", "task_0002"].map {
        Places.recorded + "/dataset/videos/\($0).mp4"
    }

    @Test(arguments: [96, 32]) func `a fit gives the model of the plain evaluation`(block: Int) throws {
        let expected = try NIQEReference.model(block)
        let ours = try NIQEModel(fittedOn: Self.clips, NIQEFit(block: block, threads: 2))
        #expect(ours.clips == expected.clips)
        for (a, b) in zip(ours.gaussian.mean, expected.gaussian.mean) { #expect(abs(a - b) <= 1e-9 * max(1, abs(b))) }
        for (a, b) in zip(ours.gaussian.covariance, expected.gaussian.covariance) { #expect(abs(a - b) <= 1e-8) }
    }

    @Test func `the number of threads changes no bit, and other frames make another model`() throws {
        func fit(_ threads: Int, every: Int = 3) throws -> NIQEModel {
            try NIQEModel(fittedOn: Array(Self.clips.prefix(2)), NIQEFit(block: 32, every: every, threads: threads))
        }
        let one = try fit(1)
        #expect(try fit(3) == one)
        #expect(one.clips.map(\.frames) == [9, 9])
        #expect(try fit(1, every: 2).identity != one.identity)
    }

    @Test func `a model that is written is read the same`() throws {
        let folder = TemporaryFolder()
        let model = try NIQEModel(fittedOn: Self.clips, NIQEFit(block: 64, every: 2, threads: 2))
        try model.write(to: folder.file("model.json"))
        let read = try NIQEModel(path: folder.file("model.json"))
        #expect(read == model && read.identity == model.identity)
    }

    @Test func `what cannot be fitted is said in one sentence`() throws {
        func words(_ clips: [String], _ fit: NIQEFit) -> BenchError? {
            #expect(throws: BenchError.self) { try NIQEModel(fittedOn: clips, fit) }
        }
        #expect(words(Self.clips, NIQEFit(block: 95, threads: 1))?.code == .usage)
        #expect(words(Self.clips, NIQEFit(block: 1024, threads: 1))?.code == .usage)
        #expect(words(Self.clips, NIQEFit(sharpness: 2, threads: 1))?.code == .usage)
        let large = words(Self.clips, NIQEFit(block: 256, threads: 1))
        #expect(large?.code == .unusableInput && large?.sentence.contains("320x192") == true)
        let few = words([Self.clips[0]], NIQEFit(frameLimit: 1, threads: 1))
        #expect(few?.code == .unusableInput && few?.sentence.contains("37 sharp blocks") == true)
        #expect(words(["/nowhere.mp4"], NIQEFit(threads: 1))?.sentence.contains("/nowhere.mp4") == true)
        #expect(words([], NIQEFit(threads: 1))?.code == .unusableInput)
    }

    @Test(arguments: [
        ("\"format\": 1", "\"format\": 2", "'format'"), ("\"block\": 96", "\"block\": 95", "'block' is 95"),
        ("\"every\": 1", "\"every\": 0", "'every'"), ("\"source\"", "\"sauce\"", "unknown key 'sauce'"),
        ("\"mean\": [", "\"mean\": [1, ", "list of 36 numbers under 'mean'"),
        ("\"covariance\": [[", "\"covariance\": [[-1, ", "list of 36 numbers under 'covariance'"),
        ("\"frames\": 25, ", "", "a clip without"), ("}", "", "JSON"),
    ])
    func `what is wrong with a model's file is said with its key`(old: String, new: String, words: String) throws {
        let text = try String(contentsOfFile: NIQEReference.folder + "/niqe_model_96.json", encoding: .utf8)
        let folder = TemporaryFolder()
        let path = try folder.write(text.replacingOccurrences(of: old, with: new), to: "model.json")
        let error = #expect(throws: FileError.self) { try NIQEModel(path: path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `a covariance that is not symmetric, or a variance that is not above 0, is refused`() throws {
        let folder = TemporaryFolder()
        let model = try NIQEReference.model(96)
        for (place, value) in [(1, 1.0), (37, 0.0)] {
            var covariance = model.gaussian.covariance
            covariance[place] = value
            let broken = NIQEModel(
                block: 96, sharpness: 0.75, every: 1, clips: [], source: "",
                gaussian: NIQEGaussian(mean: model.gaussian.mean, covariance: covariance))
            try broken.write(to: folder.file("model.json"))
            #expect(throws: FileError.self) { try NIQEModel(path: folder.file("model.json")) }
        }
    }

    @Test func `damaged files are refused or read, and never crash`() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: NIQEReference.folder + "/niqe_model_96.json"))
        let folder = TemporaryFolder()
        var random = SeededRandom(5)
        for _ in 0..<200 {
            let path = try folder.write(random.damaged(Array(bytes)), to: "model.json")
            _ = try? NIQEModel(path: path)
        }
    }
}
