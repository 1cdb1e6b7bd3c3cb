internal import Experiment

extension SuitePlan {
    /// The same plan with some of its trials only.
    /// - Parameter isMeant: whether the video of a configuration and clip belongs to it.
    func part(_ isMeant: (_ configuration: String, _ clip: String) -> Bool) -> SuitePlan {
        SuitePlan(
            of: self, entries: entries.filter { isMeant($0.task.configuration.name, $0.task.clip.name) },
            impossible: impossible.filter { isMeant($0.configuration, $0.clip) })
    }

    /// Without videos that there is no use in trying again.
    func without(_ outputs: Set<String>) -> SuitePlan {
        SuitePlan(of: self, entries: entries.filter { !outputs.contains($0.task.output) }, impossible: impossible)
    }

    /// The clips, in the order of the plan.
    var clipNames: [String] {
        var seen: Set<String> = []
        return (entries.map(\.task.clip.name) + impossible.map(\.clip)).filter { seen.insert($0).inserted }
    }
}
