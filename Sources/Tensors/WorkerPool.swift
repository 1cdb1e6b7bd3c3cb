internal import Dispatch
internal import Synchronization

/// How many threads work on one computation.
///
/// Work is cut into tasks by the shape of the data alone, never by the number of threads, and every task writes its own
/// part of the result: so any number of threads gives the same bits.
public struct WorkerPool: Sendable {
    public let threads: Int

    public init(threads: Int) {
        precondition(threads > 0)
        self.threads = threads
    }

    /// Runs `body` once for every task 0..<count, on up to `threads` threads, and returns when all have ended.
    public func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let workers = min(threads, count)
        guard workers > 1 else {
            for task in 0..<count { body(task) }
            return
        }
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard task < count else { return }
                body(task)
            }
        }
    }

    /// The same, in order of rising index over `count` items cut into runs of `grain`.
    public func runRanges(_ count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
        run((count + grain - 1) / grain) { task in
            body(task * grain..<min(count, (task + 1) * grain))
        }
    }
}
