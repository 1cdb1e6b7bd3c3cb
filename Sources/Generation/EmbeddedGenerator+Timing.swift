public import Experiment

extension EmbeddedGenerator {
    /// Makes one video alone. Weights are loaded before the clock starts; a text that was encoded before is not encoded again.
    public func time(_ task: VideoTask) throws -> (video: String, times: GenerationTimes) {
        let load = try loadSeconds()
        var diffusion = 0.0
        var result: Result<String, any Error>?
        let began = ContinuousClock.now
        try make(
            [task], onProgress: { _ in }, onDiffusion: { diffusion += $0 },
            onResult: { _, made in
                result = made
                return true
            })
        let generate = seconds(since: began)
        guard let video = try result?.get() else { throw BenchError(.bug, "\(task.output) was not made") }
        return (video, GenerationTimes(generate: generate, load: load, diffusion: diffusion))
    }
}
