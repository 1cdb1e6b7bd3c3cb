internal import Results

extension TrialResults {
    /// What the prompt is called. The name of a video holds the seed too, where there are several.
    var promptLabel: String { origin?.promptLabel ?? prompt }
}
