internal import Dispatch
internal import Synchronization

/// Runs `body` once for every worker 0..<count, on as many threads as the machine has, and returns when all have ended.
/// Workers must not wait for each other.
///
/// The first error thrown is rethrown after the others have ended; workers that share a source of work should stop when
/// it is empty.
public func withWorkers(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: max(1, count)) { worker in
        do { try body(worker) } catch {
            failure.withLock { if $0 == nil { $0 = error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}
