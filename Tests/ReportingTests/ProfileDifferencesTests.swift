import Experiment
import Reporting
import Testing

/// What `--profile all` shows below the tables.
@Suite struct ProfileDifferencesTests {
    private func text(_ entries: [ProfileDifferences.Entry]) -> String {
        ProfileDifferences(profiles: [.paibench2025, .aligned2026], entries: entries).text(hasStyles: false)
    }

    @Test func `what differs has a line with both values and the difference, what does not is named`() {
        let text = text([
            .init(configuration: "vis", metric: "edge-f1", region: .fg, values: [0.25, 0.5]),
            .init(configuration: "vis", metric: "blur-ssim", region: .all, values: [0.75, 0.75]),
        ])
        let line = text.split(separator: "\n").first { $0.contains("vis: edge-f1 FG") }
        #expect(line?.contains("0.25") == true && line?.contains("0.5") == true && line?.contains("+0.25") == true)
        #expect(text.contains("paibench-2025") && text.contains("aligned-2026"))
        #expect(text.contains("the same in all profiles: blur-ssim\n"))
    }

    @Test func `a value that one profile lacks differs, without a difference`() {
        let text = text([.init(metric: "depth-absrel", region: .all, values: [0.5, nil])])
        let line = text.split(separator: "\n").first { $0.contains("depth-absrel") }
        #expect(line?.contains("–") == true && line?.contains("+") == false)
        #expect(!text.contains("the same"))
    }

    @Test func `without a difference there is no table`() {
        #expect(text([.init(metric: "niqe", region: .all, values: [4, 4])]) == "the same in all profiles: niqe\n")
    }

    @Test func `a metric that differs in one region is not called the same`() {
        let text = text([
            .init(metric: "edge-f1", region: .all, values: [1, 1]),
            .init(metric: "edge-f1", region: .bg, values: [1, 0]),
        ])
        #expect(text.contains("edge-f1 BG") && !text.contains("the same"))
    }
}
