import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Perception

@Suite struct OrderedLanesTests {
    private struct Failure: Error, Equatable { let place: String }

    @Test(arguments: [1, 2, 4]) func `results come in order however long each takes`(lanes: Int) throws {
        let next = Mutex(0)
        let taken = Gathered<Int>()
        let inside = Mutex((now: 0, most: 0))
        try inOrder(
            lanes: lanes,
            next: { () -> Int? in
                let item = next.withLock { n in
                    n += 1
                    return n
                }
                guard item <= 60 else { return nil }
                inside.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                return item
            },
            work: { (item: Int) -> Int in
                usleep(UInt32(item * 7919 % 13) * 100)
                return item * 2
            },
            take: { (made: Int) in
                taken.add(made)
                inside.withLock { $0.now -= 1 }
            })
        #expect(taken.all == (1...60).map { $0 * 2 })
        #expect(inside.withLock { $0.most } <= 2 * lanes)
    }

    @Test(arguments: ["next", "work", "take"], [1, 3]) func `a failure anywhere ends it all`(place: String, lanes: Int)
    {
        let count = Mutex(0)
        let error = #expect(throws: Failure.self) {
            try inOrder(
                lanes: lanes,
                next: { () -> Int? in
                    let n = count.withLock { n in
                        n += 1
                        return n
                    }
                    if place == "next", n == 9 { throw Failure(place: place) }
                    return n <= 1000 ? n : nil
                },
                work: { (n: Int) -> Int in
                    if place == "work", n == 9 { throw Failure(place: place) }
                    return n
                },
                take: { (n: Int) in if place == "take", n == 9 { throw Failure(place: place) } })
        }
        #expect(error == Failure(place: place))
        #expect(count.withLock { $0 } < 40)
    }

    @Test func `a failure of a slow item comes after others have been handed out`() {
        let next = Mutex(0)
        let error = #expect(throws: Failure.self) {
            try inOrder(
                lanes: 2,
                next: { () -> Int? in
                    next.withLock { n in
                        n += 1
                        return n
                    }
                },
                work: { (n: Int) -> Int in
                    guard n == 1 else { return n }
                    usleep(50_000)
                    throw Failure(place: "work")
                }, take: { _ in })
        }
        #expect(error?.place == "work")
    }

    @Test func `an empty stream is nothing to do`() throws {
        try inOrder(
            lanes: 2, next: { Int?.none }, work: { (n: Int) in n },
            take: { (_: Int) in Issue.record("there is nothing") })
    }
}
