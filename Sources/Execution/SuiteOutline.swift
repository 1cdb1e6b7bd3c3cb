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
        let survey = try SuiteSurvey(plan, generator: generator.label, store: store, &hasher)
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
        if count > 0 {
            let pace = try Pace(of: missing.map { plan.entries[$0].task }, generator: generator.label, store: store)
            lines.append("time       \(pace.time(videos: count))")
            lines.append("disk       \(pace.space(videos: count, in: plan.folder))")
        }
        lines.append("")
        let toMake = Set(missing)
        for configuration in suite.configurations {
            let own = plan.entries.indices.filter { plan.entries[$0].task.configuration.name == configuration.name }
            let weights =
                configuration.weights.map { "\($0.control) \($0.amount.words)" }.joined(separator: ", ")
            lines += [
                configuration.name, "    " + (weights.isEmpty ? "no control" : weights),
                "    \(own.count) video\(own.count == 1 ? "" : "s"), \(own.count { toMake.contains($0) }) to make",
            ]
        }
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
