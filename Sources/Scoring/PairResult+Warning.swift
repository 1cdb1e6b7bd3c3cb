extension PairResult {
    /// With one more thing to know, before the others.
    public func warning(_ sentence: String) -> PairResult {
        PairResult(
            reference: reference, generated: generated, frames: frames, scores: scores,
            warnings: [sentence] + warnings, failures: failures, referencePreviews: referencePreviews,
            generatedPreviews: generatedPreviews)
    }
}
