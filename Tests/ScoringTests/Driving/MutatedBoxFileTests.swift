import Foundation
import TestSupport
import Testing

@testable import Scoring
@testable import Tensors

/// Files of boxes as bad disks and attackers make them; under the address sanitizer in `make sanitize`.
@Suite struct MutatedBoxFileTests {
    private static let count = Int(ProcessInfo.processInfo.environment["TRANSFERBENCH_MUTATIONS"] ?? "") ?? 1000

    private static let scene = """
        {"intrinsics": {"fx": 50, "fy": 50, "cx": 48, "cy": 32}, "size": [64, 96], "fps": 10, "pixel_centres": "half",
         "poses": [[[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]], [[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]]],
         "boxes": [[{"class": "car", "size": [4, 2, 1.5], "world_centre": [1, 10, 0.75], "world_yaw": 1.5, "label": 1,
                     "pixels": 30, "visibility": 0.9, "velocity": [1, NaN]}],
                   [{"class": "car", "size": [4, 2, 1.5], "camera_centre": [1, 0.75, 9], "camera_yaw": -1.5, "label": 1}]]}
        """
    private static let boxes = """
        {"schema": "transferbench.boxes/1", "coordinates": "camera",
         "boxes": [[{"class": "car", "centre": [1, 0.75, 10], "size": [4, 2, 1.5], "yaw": -1.5, "score": 0.5}],
                   [{"class": "car", "centre": [1, 0.75, 9], "size": [4, 2, 1.5], "yaw": -1.5, "score": 1e-1}]]}
        """

    @Test func `a damaged file is read, scored and reported, or refused in a sentence`() throws {
        let golden = try DrivingGolden().list("detections")
        let files =
            try golden.map { (try $0.at("reference").text, try $0.at("detections").text) } + [(Self.scene, Self.boxes)]
        var random = SeededRandom(29)
        for number in 0..<Self.count {
            let (reference, detections) = files[number % files.count]
            // Half the time one of the two is whole, so that the other's damage is met by everything behind the reader.
            let (first, second) = (number % 4 != 2, number % 4 != 3)
            check(
                first ? random.damaged(Array(reference.utf8)) : Array(reference.utf8),
                second ? random.damaged(Array(detections.utf8)) : Array(detections.utf8))
        }
    }

    private func check(_ reference: [UInt8], _ detections: [UInt8]) {
        do {
            let pairs = DetectionPairs(
                reference: try BoxFile(reference, file: "r", role: .reference),
                detections: try BoxFile(detections, file: "d", role: .detections(negativeScores: false)))
            let overlaps = OverlapProtocol().evaluate(pairs)
            for entries in overlaps.entries {
                let value = PrecisionCurve(entries).averagePrecision(.all)
                #expect(value.map { (0...1 + 1e-9).contains($0) } ?? (entries.references == 0))
            }
            let settings = NuScenesProtocol()
            let result = NuScenesResult(settings.evaluate(pairs).entries, kinds: settings.kinds)
            #expect(result.detectionScore.map { (0...1 + 1e-9).contains($0) } ?? true)
            #expect(overlaps.findings.sentences.count <= 2 * (Findings.mostSentences + 1))
        } catch {
            #expect(!error.reason.isEmpty)
        }
    }
}
