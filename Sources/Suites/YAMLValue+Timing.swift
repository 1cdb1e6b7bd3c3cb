internal import Experiment
internal import Foundation

extension YAMLValue {
    /// How the making of videos is timed.
    func timing() throws(BenchError) -> TimingChoice {
        let keys = ["repeats", "warm-up", "seed", "devices", "diffusion-seconds", "published"]
        let fields = try YAMLFields(self, known: keys, of: "a timing")
        return TimingChoice(
            repeats: try fields.required("repeats", "6").integer(1...10_000, "the number of repeats"),
            warmUp: try fields["warm-up"]?.integer(0...1_000, "the number of videos that are made before") ?? 1,
            seed: try fields["seed"]?.seed() ?? 1, devices: try fields["devices"]?.deviceCounts() ?? [],
            diffusionPattern: try fields["diffusion-seconds"]?.pattern(), published: try fields["published"]?.scaling())
    }

    /// A regular expression with one group.
    private func pattern() throws(BenchError) -> String {
        let text = try text("a regular expression with one group, as \"took ([0-9.]+) s\"")
        guard let expression = try? NSRegularExpression(pattern: text), expression.numberOfCaptureGroups == 1 else {
            throw wrong(
                "is '\(text.shortened)'; write a regular expression with one group, which is the seconds, as "
                    + "\"took ([0-9.]+) s\"")
        }
        return text
    }

    private func scaling() throws(BenchError) -> PublishedScaling {
        let fields = try YAMLFields(self, known: ["file", "table"], of: "what was published")
        return try PublishedScaling.read(
            path: try fields.required("file", "../papers/paper.yaml").existing("the file of published numbers"),
            table: try fields.required("table", "table5"))
    }
}
