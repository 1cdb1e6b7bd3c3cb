import Experiment
import Foundation
import Results
import Testing

@testable import Reporting

/// The flat file of every value.
@Suite struct ValuesCSVTests {
    private func runs() throws -> SuiteRuns {
        let runs = try SuiteRuns()
        try runs.add(
            "a \"table\", small", layout: nil, order: ["vis", "edge"], metrics: [SuiteRuns.niqe, SuiteRuns.diversity],
            clips: 2
        ) { configuration, column, clip in
            configuration == "edge" && clip == 1 ? nil : 0.1 + 0.2 + Double(clip)
        }
        return runs
    }

    @Test func `a line is a video or clip, metric and region, with its value or the reason`() throws {
        let text = Report(try runs().results(), options: ReportOptions()).values()
        // Line ends of RFC 4180; the last line has one too.
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.last == "" && !lines.contains { $0.contains("\n") })
        #expect(
            lines[0] == "profile,run,run_name,configuration,clip,prompt,seed,metric,metric_version,region,direction,"
                + "value,reason,frames,of,videos,weights,generator,video,identity")
        // Two rows of two videos with NIQE for whole pictures, and of two clips with diversity in three regions.
        #expect(lines.count == 1 + 4 + 4 * 3 + 1)
        #expect(
            lines[1].hasPrefix(
                "paibench-2025,1,\"a \"\"table\"\", small\",vis,0,,,niqe,1,all,lower,0.30000000000000004,,1,video,1,,,"
                    + "/videos/a \"table\", small vis 0.mp4".quotedField + ","), "\(lines[1])")
        #expect(lines.count { $0.contains(",edge,1,,,") && $0.contains(",,not made,1,") } == 4)
        #expect(lines.count { $0.contains(",perceptual-diversity,1,fg,higher,0.30000000000000004,,1,clip,1,,,,") } == 2)
        #expect(text == Report(try runs().results(), options: ReportOptions()).values(), "the order is stable")
    }

    @Test func `metrics that tables leave out are there, and fields with commas, quotes and line ends are quoted`()
        throws
    {
        let options = ReportOptions(metrics: ["niqe"])
        #expect(Report(try runs().results(), options: options).values().contains("perceptual-diversity"))
        #expect(csvField("a,b") == "\"a,b\"" && csvField("a\"b") == "\"a\"\"b\"" && csvField("a\r\nb") == "\"a\r\nb\"")
        #expect(csvField("a b;c") == "a b;c" && csvField("") == "")
    }
}

extension String {
    fileprivate var quotedField: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}
