import TestSupport
import Testing

@testable import Scoring
@testable import Tensors

/// The laws of detection scores (driving.md §2.2 to §3.4).
@Suite struct DetectionProtocolTests {
    private static let names = ["car", "truck", "pedestrian", "barrier"]

    /// A box of boxes/1, with its score.
    private struct Record {
        var name: String
        var shape: UprightBox
        var score: Double
        var more = ""

        var text: String {
            let (c, s) = (shape.centre, shape.size)
            return
                #"{"class": "\#(name)", "centre": [\#(c.x), \#(c.y), \#(c.z)], "size": [\#(s.x), \#(s.y), \#(s.z)], "#
                + #""yaw": \#(shape.yaw), "score": \#(score)\#(more)}"#
        }
    }

    private func document(_ frames: [[Record]], ego: Bool = true) -> String {
        let lists = frames.map { "[" + $0.map(\.text).joined(separator: ",") + "]" }.joined(separator: ",")
        let places = frames.map { _ in "[0, 0, 0]" }.joined(separator: ",")
        return
            #"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": [\#(lists)]\#(ego ? ", \"ego\": [\(places)]" : "")}"#
    }

    private func scene(_ random: inout SeededRandom, frames: Int = 6) -> [[Record]] {
        (0..<frames).map { _ in
            (0..<12).map { number in
                var shape = random.box()
                shape.centre = [Double(number % 4) * 6 + random.number(-2...2), random.number(-20...20), 1]
                return Record(
                    name: Self.names[number % 4], shape: shape, score: random.number(0...1),
                    more: #", "velocity": [1, 2], "attribute": "x""#)
            }
        }
    }

    private func precisions(_ pairs: DetectionPairs, _ settings: OverlapProtocol = OverlapProtocol()) -> [Double?] {
        settings.evaluate(pairs).entries.map { PrecisionCurve($0).averagePrecision(settings.interpolation) }
    }

    private func nuScenes(_ pairs: DetectionPairs, _ settings: NuScenesProtocol = NuScenesProtocol()) -> NuScenesResult
    {
        NuScenesResult(settings.evaluate(pairs).entries, kinds: settings.kinds)
    }

    @Test func `the truth as prediction gives 1 in every variant`() throws {
        var random = SeededRandom(1)
        let text = document(scene(&random))
        let pairs = try DetectionPairs(text, text)
        for overlap in BoxOverlap.allCases {
            for interpolation in PrecisionInterpolation.allCases {
                for threshold in [0.2, 0.7, 1] {
                    var settings = OverlapProtocol()
                    settings.matching = BoxMatching(overlap: overlap, threshold: threshold)
                    settings.interpolation = interpolation
                    for value in precisions(pairs, settings) { #expect(agree(value, 1)) }
                }
            }
        }
        var settings = NuScenesProtocol()
        settings.kinds = settings.kinds.filter { Self.names.contains($0.name) }
        let result = nuScenes(pairs, settings)
        #expect(agree(result.meanAveragePrecision, 1) && agree(result.detectionScore, 1))
        #expect(result.errors.allSatisfy { agree($0, 0) })
    }

    @Test func `the order of boxes and frames changes nothing when no scores are tied`() throws {
        var random = SeededRandom(2)
        let truth = scene(&random)
        let found = truth.map { frame in
            frame.map { record in
                var moved = record
                moved.shape.centre += [random.number(-1...1), random.number(-1...1), random.number(-0.3...0.3)]
                moved.score = random.number(0...1)
                return moved
            }
        }
        let straight = try DetectionPairs(document(truth), document(found))
        let mixed = try DetectionPairs(
            document(truth.reversed().map { $0.reversed() }), document(found.reversed().map { $0.reversed() }))
        #expect(precisions(straight) == precisions(mixed))
        #expect(precisions(straight).contains { $0 != 1 })
        let (a, b) = (nuScenes(straight), nuScenes(mixed))
        #expect(agree(a.detectionScore, b.detectionScore) && agree(a.meanAveragePrecision, b.meanAveragePrecision))
    }

    @Test func `turning and moving the world changes nothing`() throws {
        var random = SeededRandom(3)
        let truth = scene(&random)
        let found = truth.map { frame in
            frame.map { record in
                var moved = record
                moved.shape.centre += [random.number(-1...1), random.number(-1...1), 0]
                return moved
            }
        }
        func elsewhere(_ frames: [[Record]]) -> [[Record]] {
            frames.map {
                $0.map { record in
                    var moved = record
                    moved.shape = record.shape.moved(1.1, [70_000, -70_000, 10])
                    return moved
                }
            }
        }
        let here = precisions(try DetectionPairs(document(truth), document(found)))
        let there = precisions(try DetectionPairs(document(elsewhere(truth)), document(elsewhere(found))))
        #expect(zip(here, there).allSatisfy { agree($0, $1) })
    }

    @Test func `a counted box goes before an ignored one, and each is taken once`() {
        let box = UprightBox(centre: [0, 0, 0], size: [4, 2, 1.5], yaw: 0)
        var near = box
        near.centre.x = 0.5
        let matching = BoxMatching()
        func outcomes(_ references: [(UprightBox, Bool)], _ detections: Int, range: Bool = false) -> [PrecisionEntries
            .Outcome]
        {
            matching.entries(
                references.map { .init(shape: $0, counts: $1) },
                (0..<detections).map { .init(shape: box, score: 1 - Double($0) / 10, isOutOfRange: range) }
            ).detections.map(\.outcome)
        }
        #expect(outcomes([(box, false), (near, true)], 3) == [.hit, .neither, .falseAlarm])
        #expect(outcomes([(box, false)], 2) == [.neither, .falseAlarm])
        #expect(outcomes([(box, true)], 2) == [.hit, .falseAlarm])
        #expect(outcomes([], 1) == [.falseAlarm])
        #expect(outcomes([], 1, range: true) == [.neither])
    }

    @Test func `entries of frames add up to those of the whole`() throws {
        var random = SeededRandom(4)
        let (truth, found) = (scene(&random), scene(&random))
        let whole = OverlapProtocol().evaluate(try DetectionPairs(document(truth), document(found)))
        var sums: [String: PrecisionEntries] = [:]
        for (a, b) in zip(truth, found) {
            let part = OverlapProtocol().evaluate(try DetectionPairs(document([a]), document([b])))
            for (name, entries) in zip(part.classes, part.entries) {
                sums[name, default: PrecisionEntries()] += entries
            }
        }
        for (name, entries) in zip(whole.classes, whole.entries) { #expect(sums[name] == entries) }
    }

    @Test func `nuScenes looks at the 500 highest scores of a sample and leaves the others out`() throws {
        let car = Record(name: "car", shape: UprightBox(centre: [5, 0, 0], size: [4, 2, 1.5], yaw: 0), score: 0)
        let found = (0..<510).map { number in
            var record = car
            record.shape.centre.x = Double(number % 40)
            record.score = number == 505 ? 0.9 : 0.1
            return record
        }
        let pairs = try DetectionPairs(document([[car]]), document([found]))
        let evaluation = NuScenesProtocol().evaluate(pairs)
        #expect(evaluation.findings.detections.leftOut == 10)
        #expect(
            evaluation.findings.sentences.contains { $0.contains("frame 0 has 510 detections; the 10 of the lowest") })
        #expect(evaluation.entries[0].detections.count == 500 && evaluation.entries[0].detections.last?.score == 0.9)
        #expect(OverlapProtocol().evaluate(pairs).findings.leftOut == 0)
    }

    @Test func `a sample without a place of the vehicle has no range, and says so once`() throws {
        let far = Record(name: "car", shape: UprightBox(centre: [500, 0, 0], size: [4, 2, 1.5], yaw: 0), score: 1)
        let near = nuScenes(try DetectionPairs(document([[far]]), document([[far]])))
        #expect(near.meanAveragePrecision == nil && near.detectionScore == nil)
        let pairs = try DetectionPairs(document([[far]], ego: false), document([[far]]))
        #expect(nuScenes(pairs).classes[0].references == 1)
        #expect(NuScenesProtocol().evaluate(pairs).findings.sentences.count == 1)
    }

    @Test func `frames and samples that only one file has are left out, or count as without detections`() throws {
        let car = Record(name: "car", shape: UprightBox(centre: [5, 0, 0], size: [4, 2, 1.5], yaw: 0), score: 1)
        let more = try DetectionPairs(document([[car]]), document([[car], [car, car]]))
        #expect(more.findings.detections.leftOut == 2 && more.pairs.count == 1)
        #expect(more.findings.sentences[0].contains("frame 1 is not in the reference; its 2 detections"))
        let fewer = try DetectionPairs(document([[car], [car]]), document([[car]]))
        #expect(fewer.findings.leftOut == 0 && fewer.pairs.count == 2)
        #expect(fewer.findings.sentences[0].contains("no entry for 1 of 2 samples of the reference, first frame 1"))
        #expect(precisions(fewer) == [0.5])
    }

    private let clip = """
        {"intrinsics": {"fx": 50, "fy": 50, "cx": 48, "cy": 32}, "size": [64, 96], "fps": 10,
         "poses": [[[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1.5]], [[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]],
                   [[1, 0, 0, 0], [0, 0, 1, 2], [0, -1, 0, 1.5]]],
         "boxes": [[{"class": "person", "size": [1, 1, 2], "world_centre": [0, 10, 1], "world_yaw": 1.5, "label": 1},
                    {"class": "person", "size": [1, 1, 2], "world_centre": [0, -10, 1], "world_yaw": 1.5, "label": 2}],
                   [{"class": "person", "size": [1, 1, 2], "world_centre": [0.2, 10, 1], "world_yaw": 1.5, "label": 1},
                    {"class": "person", "size": [1, 1, 2], "world_centre": [30, 10, 1], "world_yaw": 1.5, "label": 3}],
                   [{"class": "person", "size": [1, 1, 2], "world_centre": [0.6, 10, 1], "world_yaw": 1.5, "label": 1}]]}
        """

    @Test func `a scene's boxes out of view are ignored, its persons pedestrians with velocities`() throws {
        let camera = #"{"class": "person", "centre": [0, 0.5, 10], "size": [1, 1, 2], "yaw": -1.5, "score": 1}"#
        let found = #"{"schema": "transferbench.boxes/1", "coordinates": "camera", "boxes": [[\#(camera)], [], []]}"#
        let pairs = try DetectionPairs(clip, found)
        let entries = OverlapProtocol().evaluate(pairs).entries
        #expect(entries[0].references == 3 && entries[0].ignoredReferences == 2 && entries[0].count(.hit) == 1)
        let velocities = SceneVelocities(pairs)
        let along = pairs.pairs.map { velocities.filled($0)[0].velocity }
        for (velocity, x) in zip(along, [2.0, 3, 4]) { #expect(agree(velocity?.x, x) && velocity?.y == 0) }
        #expect(velocities.filled(pairs.pairs[1])[1].velocity == nil)
        #expect(NuScenesProtocol().evaluate(pairs).entries[5].references == 5)
        var other = NuScenesProtocol()
        other.classMap = [:]
        #expect(other.evaluate(pairs).entries[5].references == 0)
    }

    @Test func `NumPy's interpolation is followed at ties and at the ends`() {
        let (xs, ys) = ([0.1, 0.2, 0.2, 0.4], [1.0, 2, 3, 5])
        let values = NuScenesCurve.interpolated([0, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5], xs, ys, beyond: 0)
        for (value, expected) in zip(values, [1.0, 1, 1.5, 3, 4, 5, 0]) { #expect(agree(value, expected)) }
        #expect(NuScenesCurve.interpolated([0.5], xs, ys, beyond: nil) == [5])
    }
}
