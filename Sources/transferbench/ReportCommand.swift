public import ArgumentParser
import Experiment
import Foundation
public import Reporting
import Results

extension Marking: ExpressibleByArgument {}
extension ReportFolder.Format: ExpressibleByArgument {}

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show stored results as tables, plots and a page.",
        discussion: """
            Without --out, the table goes to standard output: for the terminal, or in the --format given. With --out, \
            table.md, table.tex, table.csv, values.csv, report.json, index.html and plots are written there. Without --store \
            the folder's only store is shown. 'csv' has a line a mean, 'values' a line a video, metric and region.

            Of a suite with a grid it shows heatmaps, response curves, the main effects of the weights and the Pareto front; \
            --front prints the rows that no other row beats in all of two or three metrics, of any runs.

              transferbench report --interval
              transferbench report 2 3 --format latex > table.tex
              transferbench report --store table1.sqlite --format values > values.csv
              transferbench report --out report
              transferbench report --front blur-ssim/fg,perceptual-diversity/bg
            """)

    @Argument(help: ArgumentHelp("Numbers or names of runs. (default: all)", valueName: "run"))
    var runs: [String] = []
    @Flag(help: "Of runs with the same name only the newest.")
    var latest = false
    @OptionGroup var place: StorePlace
    @Option(help: "Only this format: \(ReportFolder.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ReportFolder.Format?
    @Option(help: ArgumentHelp("Folder to write files to.", valueName: "dir"), completion: .directory)
    var out: String?
    @Flag(help: "Show a 95 % bootstrap interval over clips beside each mean; it takes five clips.")
    var interval = false
    @Option(
        help: ArgumentHelp(
            "Metric to show, or 'all'. Repeat for more. (default: the headline metrics)", valueName: "name"))
    var metric: [String] = []
    @Option(
        help: ArgumentHelp(
            "Print the Pareto front of two or three metrics, each with its region; with --out, draw that one.",
            valueName: "metric/region,…"))
    var front: FrontChoice?
    @Option(help: "Digits after the point.")
    var digits = 2
    @Option(help: "How leaders are marked: \(Marking.allCases.map(\.rawValue).joined(separator: ", ")).")
    var marks: Marking = .bestAndSecond
    @Option(help: ArgumentHelp("Clips with pictures in the HTML page.", valueName: "n"))
    var sheets = 24

    func validate() throws {
        guard (0...15).contains(digits) else { throw ValidationError("--digits takes 0 to 15.") }
        guard sheets >= 0 else { throw ValidationError("--sheets takes 0 or more.") }
    }

    func run() throws {
        let store = try place.open(.read)
        let chosen = try RunChoice(runs, in: store).chosen(latest: latest)
        // Curves by frame are drawn on the page alone.
        let drawn = out != nil && format ?? .html == .html
        let results = try chosen.map { run throws(BenchError) in
            try store.results(of: run, hasCurves: drawn && run.configurations.count <= Report.mostDrawnRows)
        }
        let known = Set(chosen.flatMap { $0.metrics.map(\.name) })
        if let unknown = metric.first(where: { $0 != "all" && !known.contains($0) }) {
            throw BenchError(
                .nothingSelected,
                "no run has a metric '\(unknown)'; there are: \(known.sorted().joined(separator: ", "))")
        }
        try front?.check(chosen)
        let options = ReportOptions(
            metrics: metric.isEmpty ? nil : metric.contains("all") ? Array(known) : metric, digits: digits,
            level: interval ? 0.95 : nil, marking: marks, front: front?.columns)
        let report = Report(results, options: options)
        guard let out else {
            try Terminal.output(text(report, store))
            return
        }
        let (files, troubles) = try ReportFolder(path: out).write(
            report, formats: format.map { [$0] } ?? ReportFolder.Format.allCases, store: store, sheets: sheets)
        for file in files { Terminal.note("wrote \(out)/\(file)") }
        for trouble in troubles { Terminal.error(trouble) }
        if !troubles.isEmpty { throw BenchError(.missing, "the report is complete but for the above") }
    }

    private func text(_ report: Report, _ store: Store) throws -> String {
        switch format {
        case nil: report.terminal(hasStyles: Terminal.hasStyledOutput)
        case .md: report.markdown()
        case .latex: report.latex()
        case .csv: report.csv()
        case .values: report.values()
        case .json: try report.json()
        case .html:
            throw BenchError(.usage, "--format html writes a page and its plots; name a folder with --out")
        }
    }
}
