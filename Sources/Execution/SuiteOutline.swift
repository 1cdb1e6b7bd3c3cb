public import Experiment
public import Results
internal import Suites

/// What a suite would do, for reading.
public struct SuiteOutline {
    /// Lines of text.
    public let text: String

    /// - Parameter store: tells what is made already; nil where there is none.
    /// - Throws: `BenchError`, when the store cannot be read.
    public init(_ plan: SuitePlan, generator: String, store: Store?) throws(BenchError) {
        let made = try store?.generated(plan.entries.map(\.identity)) ?? [:]
        let suite = plan.suite
        var lines = [
            "\(suite.name): \(suite.layout.title)",
            "generator  \(generator)",
            "dataset    \(plan.dataset)",
            "scoring    profile \(suite.metrics.profile.rawValue)",
            "videos     \(plan.planned) = \(suite.configurations.count) configurations, \(plan.clips) clips, "
                + "\(plan.planned / max(1, suite.configurations.count * plan.clips)) prompts and seeds; "
                + "\(made.count) recorded in the store",
            "",
        ]
        for configuration in suite.configurations {
            let own = plan.entries.filter { $0.task.configuration.name == configuration.name }
            let weights =
                configuration.weights.map { "\($0.control) \($0.amount.words)" }.joined(separator: ", ")
            lines.append(
                "\(configuration.name)\n    \(weights.isEmpty ? "no control" : weights)\n    "
                    + "\(own.count) video\(own.count == 1 ? "" : "s"), "
                    + "\(own.count { made[$0.identity] == nil }) to make")
        }
        for one in plan.impossible.prefix(10) { lines.append("cannot be made: \(one.subject): \(one.reason)") }
        if plan.impossible.count > 10 { lines.append("\(plan.impossible.count - 10) more cannot be made") }
        text = lines.joined(separator: "\n") + "\n"
    }
}
