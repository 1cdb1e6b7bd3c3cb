import Testing

@testable import Scoring
@testable import Tensors

/// Average precision and nuScenes' score against the public devkit and independent programs (driving.md §7).
@Suite struct DetectionGoldenTests {
    private let sets: [JSON]

    init() throws { sets = try DrivingGolden().list("detections") }

    private func pairs(_ set: JSON) throws -> DetectionPairs {
        try DetectionPairs(try set.at("reference").text, try set.at("detections").text)
    }

    /// By class.
    private func precisions(_ evaluation: OverlapProtocol.Evaluation, _ how: PrecisionInterpolation) -> [String: Double]
    {
        let values = zip(evaluation.classes, evaluation.entries).compactMap { name, entries in
            PrecisionCurve(entries).averagePrecision(how).map { (name, $0) }
        }
        return Dictionary(uniqueKeysWithValues: values)
    }

    @Test func `every variant of average precision has its golden value`() throws {
        var seen = 0
        for set in sets {
            let pairs = try pairs(set)
            for variant in try set.at("iou").members() {
                let words = variant.key.split(separator: " ").map(String.init)
                var settings = OverlapProtocol()
                settings.matching.overlap = try #require(BoxOverlap(rawValue: words[0]))
                settings.matching.threshold = try #require(Double(words[1]))
                settings.interpolation = try #require(PrecisionInterpolation(rawValue: words[2]))
                settings.range = words.count > 4 ? Double(words[4]) : nil
                let values = precisions(settings.evaluate(pairs), settings.interpolation)
                let golden = try variant.value.at("ap").members()
                #expect(values.count == golden.count, "\(variant.key)")
                for member in golden {
                    #expect(agree(values[member.key], member.value.double), "\(variant.key) \(member.key)")
                    seen += 1
                }
                let mean = values.isEmpty ? nil : values.values.reduce(0, +) / Double(values.count)
                #expect(agree(mean, try variant.value.at("mean_ap").double), "\(variant.key)")
            }
        }
        #expect(seen > 150)
    }

    @Test func `counts and lists of detections are the golden ones`() throws {
        for set in sets {
            let evaluation = OverlapProtocol().evaluate(try pairs(set))
            for (name, entries) in zip(evaluation.classes, evaluation.entries) {
                let counts = try set.at("counts_3d_0_2", name)
                #expect(Double(entries.references) == counts["n_reference"]?.double)
                #expect(Double(entries.ignoredReferences) == counts["n_ignored_reference"]?.double)
                #expect(Double(entries.detections.count) == counts["n_detections"]?.double)
                #expect(Double(entries.count(.hit)) == counts["tp"]?.double, "\(name)")
                #expect(Double(entries.count(.falseAlarm)) == counts["fp"]?.double, "\(name)")
                #expect(Double(entries.count(.neither)) == counts["ignored"]?.double, "\(name)")
                // By score; among equal scores nothing depends on the order.
                func sorted(_ list: [[Double]]) -> [[Double]] { list.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) } }
                let list = entries.detections.map { [$0.score, Double($0.outcome.rawValue)] }
                let golden = try set.at("lists_3d_0_2", name).list().map { try $0.numbers() }
                #expect(sorted(list) == sorted(golden), "\(name)")
            }
        }
    }

    @Test func `a frame's own precision is its golden one, and their mean is not the pooled value`() throws {
        for set in sets {
            guard let frames = set["by_frame_3d_0_2_all"] else { continue }
            for (index, golden) in try frames.list().enumerated() {
                let evaluation = OverlapProtocol().evaluate(
                    try DetectionPairs(
                        try set.at("reference").only(frame: index).text,
                        try set.at("detections").only(frame: index).text))
                let values = precisions(evaluation, .all)
                let mean = values.isEmpty ? nil : values.values.reduce(0, +) / Double(values.count)
                #expect(agree(mean, try golden.at("mean_ap").double))
                for member in try golden.at("ap").members() { #expect(agree(values[member.key], member.value.double)) }
            }
        }
    }

    @Test func `the devkit's score, precisions and errors are met`() throws {
        for set in sets {
            guard let golden = set["nuscenes"] else { continue }
            let settings = NuScenesProtocol()
            let result = NuScenesResult(settings.evaluate(try pairs(set)).entries, kinds: settings.kinds)
            let name = set["name"]?.string ?? ""
            #expect(agree(result.meanAveragePrecision, try golden.at("mean_ap").double), "\(name)")
            #expect(agree(result.detectionScore, try golden.at("nds").double), "\(name)")
            for (place, error) in NuScenesProtocol.TrueError.allCases.enumerated() {
                #expect(agree(result.errors[place], try golden.at("tp_errors", error.rawValue).double), "\(name)")
            }
            #expect(result.classes.count == 10)
            for kind in result.classes {
                let row = try golden.at("classes", kind.name)
                #expect(agree(kind.averagePrecision, try row.at("ap").double), "\(name) \(kind.name)")
                for (threshold, value) in zip(["0.5", "1.0", "2.0", "4.0"], kind.precisions) {
                    #expect(agree(value, try row.at("ap_by_threshold", threshold).double), "\(name) \(kind.name)")
                }
                for (place, error) in NuScenesProtocol.TrueError.allCases.enumerated() {
                    #expect(
                        agree(kind.errors[place], try row.at("tp_errors", error.rawValue).double),
                        "\(name) \(kind.name) \(error)")
                }
                #expect(Double(kind.references) == row["n_reference"]?.double, "\(name) \(kind.name)")
                #expect(Double(kind.detections) == row["n_detections"]?.double, "\(name) \(kind.name)")
            }
        }
    }
}

extension JSON {
    /// A document of boxes by frame with one of its frames.
    fileprivate func only(frame: Int) throws -> JSON {
        .object(
            try members().map { member in
                guard case .array(let frames) = member.value else { return member }
                return Member(key: member.key, value: .array([frames[frame]]))
            })
    }
}
