internal import Experiment
internal import Synchronization
internal import Video

/// How far one network has come in one video, for the progress of the run.
final class Passing: Sendable {
    private let onFrames: @Sendable (Int, Int) -> Void
    private let state: Mutex<(expected: Int, done: Int)>

    init(_ onFrames: @escaping @Sendable (Int, Int) -> Void) {
        self.onFrames = onFrames
        state = Mutex((0, 0))
    }

    /// A video whose length its container tells about.
    convenience init(_ video: Artifact, limit: Int, _ onFrames: @escaping @Sendable (Int, Int) -> Void) {
        self.init(onFrames)
        expect(min(limit, (try? openFrames(video.path))?.expectedFrames ?? limit))
    }

    func expect(_ frames: Int) {
        state.withLock { $0.expected += frames }
        onFrames(frames, 0)
    }

    func step() { reach(state.withLock { $0.done } + 1) }

    func reach(_ done: Int) {
        let more = state.withLock { state in
            defer { state.done = max(state.done, done) }
            return max(0, done - state.done)
        }
        if more > 0 { onFrames(0, more) }
    }

    /// What was expected and did not come is expected no more.
    func finish() {
        let (expected, done) = state.withLock { $0 }
        if expected != done { onFrames(done - expected, 0) }
    }
}
