public import Experiment
import Foundation
public import Results

/// A report written out as files.
public struct ReportFolder: Sendable {
    /// The kinds of files.
    public enum Format: String, Sendable, CaseIterable {
        case md, latex, csv, values, json, html

        /// Its file in the folder.
        public var file: String {
            switch self {
            case .md: "table.md"
            case .latex: "table.tex"
            case .csv: "table.csv"
            case .values: "values.csv"
            case .json: "report.json"
            case .html: "index.html"
            }
        }
    }

    public let path: String
    private let gnuplot: String

    /// - Parameter gnuplot: the program that draws.
    public init(path: String, gnuplot: String = "gnuplot") {
        self.path = path
        self.gnuplot = gnuplot
    }

    /// Writes the given formats, and for HTML the plots as PNG and SVG too.
    /// - Returns: the files, and a sentence for each thing that could not be made, such as plots without gnuplot.
    /// - Throws: `BenchError`, when the folder cannot be written.
    public func write(
        _ report: Report, formats: [Format], store: Store, sheets: Int = 24
    ) throws(BenchError) -> (files: [String], troubles: [String]) {
        try makeFolder(path)
        var files: [String] = []
        var troubles: [String] = []
        for format in formats {
            let text: String
            switch format {
            case .md: text = report.markdown()
            case .latex: text = report.latex()
            case .csv: text = report.csv()
            case .values: text = report.values()
            case .json: text = try report.json()
            case .html:
                var plots: [[(title: String, svg: String)]] = []
                for (k, group) in report.groups.enumerated() {
                    do throws(BenchError) {
                        let drawn = try draw(report.plots(group), prefix: report.groups.count > 1 ? "\(k + 1)-" : "")
                        files += drawn.files
                        plots.append(drawn.pictures)
                    } catch {
                        troubles.append(error.sentence)
                        plots.append([])
                    }
                }
                text = HTMLPage(
                    report: report, plots: plots, previews: { (try? store.previews(of: $0)) ?? [] }, sheets: sheets
                ).rendered()
            }
            try writeFile(text, format.file)
            files.append(format.file)
        }
        return (files, troubles)
    }

    private func draw(
        _ plots: [Plot], prefix: String
    ) throws(BenchError) -> (files: [String], pictures: [(title: String, svg: String)]) {
        try makeFolder(path + "/plots")
        var files: [String] = []
        var pictures: [(title: String, svg: String)] = []
        for plot in plots {
            for format in PlotFormat.allCases {
                let file = "plots/\(prefix)\(plot.name).\(format.rawValue)"
                try plot.draw(to: path + "/" + file, format, program: gnuplot)
                files.append(file)
            }
            let svg = try? String(contentsOfFile: "\(path)/plots/\(prefix)\(plot.name).svg", encoding: .utf8)
            if plot.isOnPage { pictures.append((plot.title, svg ?? "")) }
        }
        return (files, pictures)
    }

    private func makeFolder(_ folder: String) throws(BenchError) {
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw BenchError(.unusableInput, "\(folder) cannot be made; choose another --out folder")
        }
    }

    private func writeFile(_ text: String, _ name: String) throws(BenchError) {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic) } catch {
            throw BenchError(.missing, "\(path)/\(name) cannot be written; check free space and permissions there")
        }
    }
}
