import Experiment
import Foundation
import Testing

/// The words that commands, columns and files share: changing one breaks what was written before.
@Suite struct VocabularyTests {
    @Test func `regions sort from the whole to its parts`() {
        #expect(Region.allCases.shuffled().sorted() == [.all, .fg, .bg])
        #expect(Region.all < .fg && Region.fg < .bg && !(Region.bg < .all) && !(Region.fg < .fg))
    }

    @Test func `regions and profiles keep their names`() {
        #expect(Region.allCases.map(\.rawValue) == ["all", "fg", "bg"])
        #expect(Profile.allCases.map(\.rawValue) == ["paibench-2025", "aligned-2026"])
    }

    @Test func `a metric's descriptor survives JSON, without bounds too`() throws {
        let bounded = MetricDescriptor(
            name: "edge-f1", version: 2, title: "Edge F1", direction: .higher, low: 0, high: 1, isHeadline: true)
        let open = MetricDescriptor(name: "depth-si-rmse", title: "si-RMSE", direction: .lower, low: 0, unit: "m")
        for descriptor in [bounded, open] {
            let data = try JSONEncoder().encode(descriptor)
            #expect(try JSONDecoder().decode(MetricDescriptor.self, from: data) == descriptor)
        }
        #expect(bounded.direction.arrow == "↑" && open.direction.arrow == "↓")
        #expect(open.version == 1 && open.high == nil && !open.isHeadline)
    }

    @Test func `exit codes keep their numbers`() {
        let codes: [(BenchError.Code, Int32)] = [
            (.incomplete, 2), (.nothingSelected, 5), (.usage, 64), (.unusableInput, 65), (.missing, 69), (.bug, 70),
            (.tryAgain, 75), (.interrupted, 130),
        ]
        for (code, number) in codes { #expect(code.rawValue == number) }
        #expect(BenchError(.usage, "Say which.").description == "Say which.")
    }
}
