internal import Dispatch
internal import Synchronization
internal import Tensors

/// Works on the items of a stream on several lanes at once and hands the results over one at a time, in the stream's
/// order. At most two items a lane are anywhere between `next` and `take`.
///
/// - Parameters:
///   - next: the stream, called by one lane at a time; nil ends it.
///   - work: called by all lanes at once.
///   - take: called by one lane at a time.
/// - Throws: what the first closure that failed threw; no item is begun after that.
func inOrder<Item, Made>(
    lanes: Int, next: @Sendable () throws -> Item?, work: @Sendable (Item) throws -> Made,
    take: @Sendable (Made) throws -> Void
) throws where Item: Sendable, Made: Sendable {
    // The lane that has the oldest item never waits for a credit, so the others' credits come back.
    let credits = DispatchSemaphore(value: 2 * lanes)
    let begun = Mutex<Int?>(0)
    let results = Mutex(LaneResults<Made>())
    @Sendable func stop() {
        begun.withLock { $0 = nil }
        // A semaphore must not end below the credits that it began with.
        for _ in 0..<2 * lanes { credits.signal() }
    }
    try withWorkers(lanes) { _ in
        do {
            while true {
                credits.wait()
                let begins: (Int, Item)? = try begun.withLock { count in
                    guard let index = count, let item = try next() else {
                        count = nil
                        return nil
                    }
                    count = index + 1
                    return (index, item)
                }
                guard let (index, item) = begins else {
                    credits.signal()
                    return
                }
                let made = try work(item)
                try results.withLock { results in
                    results.waiting[index] = made
                    while let result = results.waiting.removeValue(forKey: results.taken) {
                        try take(result)
                        results.taken += 1
                        credits.signal()
                    }
                }
            }
        } catch {
            stop()
            throw error
        }
    }
}

/// Results that wait for earlier ones.
private struct LaneResults<Made: Sendable>: Sendable {
    var waiting: [Int: Made] = [:]
    var taken = 0
}

/// How a machine's threads are shared: some frames at once, and some threads for each.
struct LanePlan: Sendable {
    let lanes: Int
    let threadsEach: Int

    /// Frames at once use the cores better than threads within a frame, which wait for each other, but every lane needs the
    /// memory of a network at work: four at most. A GPU has one stream of work; two lanes keep it fed.
    init(threads: Int, device: Device) {
        lanes = device == .cpu ? min(max(1, threads), 4) : 2
        threadsEach = max(1, threads / lanes)
    }
}
