import Synchronization
import Tensors
import Testing

@Suite struct ParallelTests {
    private struct Failure: Error, Equatable { let worker: Int }

    @Test(arguments: [1, 2, 7, 64]) func `every worker runs once`(_ count: Int) throws {
        let seen = Mutex<[Int]>([])
        try withWorkers(count) { worker in seen.withLock { $0.append(worker) } }
        #expect(seen.withLock { $0.sorted() } == Array(0..<count))
    }

    @Test func `an error is rethrown after the others have ended`() {
        let ended = Atomic(0)
        let error = #expect(throws: Failure.self) {
            try withWorkers(8) { worker in
                if worker == 3 { throw Failure(worker: worker) }
                ended.add(1, ordering: .sequentiallyConsistent)
            }
        }
        #expect(error == Failure(worker: 3))
        #expect(ended.load(ordering: .sequentiallyConsistent) == 7)
    }

    @Test func `of several errors one is rethrown`() {
        let error = #expect(throws: Failure.self) { try withWorkers(8) { throw Failure(worker: $0) } }
        #expect(error.map { (0..<8).contains($0.worker) } == true)
    }

    @Test func `no worker asked for is one worker`() throws {
        let runs = Atomic(0)
        try withWorkers(0) { _ in runs.add(1, ordering: .sequentiallyConsistent) }
        #expect(runs.load(ordering: .sequentiallyConsistent) == 1)
    }
}
