public import Experiment
internal import Foundation
public import Generation
public import Results
internal import Suites

/// What running a suite would do, for reading, with all that can be known before.
public struct SuiteOutline {
    /// Lines of text.
    public let text: String
    /// What the run would end with; nil where nothing is known to be in its way.
    public let problem: BenchError?

    /// - Parameters:
    ///   - generator: the one that would make the videos.
    ///   - store: tells what is made already; nil where there is none.
    ///   - existing: what the run would do about videos that are in the way.
    ///   - limit: videos to make at most.
    /// - Throws: `BenchError`, when the store cannot be read.
    public init(
        _ plan: SuitePlan, generator: any Generator, store: Store?, existing: SuiteRunner.Existing = .ask,
        limit: Int? = nil
    ) throws(BenchError) {
        var hasher = ContentHasher(store: store)
        let survey = try SuiteSurvey(plan, store: store, &hasher)
        let suite = plan.suite
        let missing = survey.toMake(existing)
        let count = min(limit ?? missing.count, missing.count)
        var lines = [
            "\(suite.name): \(suite.layout.title)",
            "generator  \(generator.label)",
            "dataset    \(plan.dataset)",
            "scoring    profile \(suite.metrics.profile.rawValue)",
            "videos     \(plan.planned) = \(suite.configurations.count) configurations, \(plan.clips) clips, "
                + "\(plan.planned / max(1, suite.configurations.count * plan.clips)) prompts and seeds; "
                + "\(survey.present) exist, \(existing == .adopt ? "\(survey.adoptable) would be adopted, " : "")\(count) to make"
                + (count < missing.count ? ", \(missing.count - count) left by --limit" : ""),
            "folder     \(plan.folder)",
        ]
        if let sweep = suite.sweep { lines.insert("grid       \(Self.words(sweep))", at: 4) }
        if let race = suite.race {
            let looks = race.looks(clips: plan.clips).map(String.init).joined(separator: ", ")
            lines.append(
                "race       "
                    + (looks.isEmpty
                        ? "has too few clips to drop anybody: all videos are made"
                        : "whoever is beaten after \(looks) clips is left out of later ones, so fewer videos may be made")
            )
        }
        if count > 0 {
            let pace = try Pace(of: missing.prefix(count).map { plan.entries[$0] }, store: store)
            lines.append("time       \(pace.time)")
            lines.append("disk       \(pace.space(in: plan.folder))")
        }
        lines.append("")
        let videos = plan.entries.reduce(into: [:]) { $0[$1.task.configuration.name, default: 0] += 1 }
        let toMake = missing.reduce(into: [:]) { $0[plan.entries[$1].task.configuration.name, default: 0] += 1 }
        for configuration in suite.configurations.prefix(Self.mostRows) {
            let weights =
                configuration.weights.map { "\($0.control) \($0.amount.words)" }.joined(separator: ", ")
            let own = videos[configuration.name] ?? 0
            lines += [configuration.name, "    " + (weights.isEmpty ? "no control" : weights)]
            if let row = suite.rowGenerators[configuration.name], suite.generators.count > 1 {
                lines.append("    \(Self.words(row, of: suite))")
            }
            lines.append("    \(own) video\(own == 1 ? "" : "s"), \(toMake[configuration.name] ?? 0) to make")
        }
        let rest = suite.configurations.count - Self.mostRows
        if rest > 0 { lines.append("and \(rest) more configuration\(rest == 1 ? "" : "s")") }
        let notes = survey.disputes + survey.notes
        if !notes.isEmpty { lines += [""] + notes }
        let impossible = VideoFailure.lines(
            plan.impossible.map { VideoFailure(video: $0.subject, cause: $0.reason, log: nil) }, one: "cannot be made",
            many: "cannot be made")
        if !impossible.isEmpty { lines.append("") }
        lines += impossible.prefix(10)
        if impossible.count > 10 { lines.append("\(impossible.count - 10) more kinds cannot be made") }
        text = lines.map { plainText($0) }.joined(separator: "\n") + "\n"

        if existing == .ask, let question = survey.question {
            problem = question
        } else if let unwritable = Self.unwritable(plan.folder) {
            problem = unwritable
        } else if let refusal = SuiteRehearsal(folder: plan.folder).problem(
            of: missing.prefix(count).map { plan.entries[$0].task }, generator)
        {
            problem = refusal
        } else if !plan.impossible.isEmpty {
            let count = plan.impossible.count
            problem = BenchError(
                .incomplete,
                "\(count) of \(plan.planned) videos cannot be made; the run would make and score the others")
        } else {
            problem = nil
        }
    }

    /// Configurations that are listed one by one.
    private static let mostRows = 100

    /// As "16 cells, product of vis/fg (4) and seg/bg (4)".
    private static func words(_ sweep: Sweep) -> String {
        let axes = sweep.axes.map { "\($0.name) (\($0.values.isEmpty ? "range" : "\($0.values.count)"))" }
        return "\(sweep.cells.count) cell\(sweep.cells.count == 1 ? "" : "s"), \(sweep.design.rawValue) of "
            + axes.joined(separator: ", ")
    }

    /// Who makes a row's videos.
    private static func words(_ row: RowGenerator, of suite: Suite) -> String {
        let settings = row.settings.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
        let kind =
            switch row.choice {
            case .embedded(let weights, _, _): "embedded \(URL(fileURLWithPath: weights).lastPathComponent)"
            case .command(let words, _, _):
                "command \(URL(fileURLWithPath: words.first ?? "").lastPathComponent)"
            case .recorded(let folder): "recorded \(URL(fileURLWithPath: folder).lastPathComponent)"
            }
        return "generator \(kind)" + (settings.isEmpty ? "" : ", \(settings)")
    }

    /// Why nothing could be written to a folder that may have to be made.
    private static func unwritable(_ folder: String) -> BenchError? {
        var place = folder
        while place != "/", !FileManager.default.fileExists(atPath: place) {
            place = URL(fileURLWithPath: place).deletingLastPathComponent().path
        }
        let reason =
            isFolder(place)
            ? access(place, W_OK | X_OK) == 0 ? nil : String(cString: strerror(errno)) : "\(place) is a file"
        return reason.map {
            BenchError(
                .missing,
                "\(folder) cannot be written (\($0)); check its name and permissions, or name another --videos")
        }
    }
}
