import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct LogitMapTests {
    @Test func `a map is resized between pixel centres and clamped at the border`() {
        let map = LogitMap(width: 2, height: 1, values: [0, 4])
        #expect(map.resized(to: FrameSize(width: 4, height: 2)).values == [0, 1, 3, 4, 0, 1, 3, 4])
        #expect(map.resized(to: FrameSize(width: 2, height: 1)) == map)
        #expect(map.resized(to: FrameSize(width: 1, height: 1)).values == [2])
    }

    @Test func `masks are painted in order, later over earlier, by any number of threads`() {
        let left = LogitMap(width: 2, height: 1, values: [1, -3])
        let all = LogitMap(width: 1, height: 1, values: [0.5])
        let right = LogitMap(width: 2, height: 2, values: [-1, 1, -1, 1])
        let size = FrameSize(width: 4, height: 40)
        func row(_ maps: [LogitMap?], _ threads: Int) -> [UInt8] {
            let plane = paint(maps, size: size, pool: WorkerPool(threads: threads))
            #expect((0..<40).allSatisfy { plane.pixels[$0 * 4..<$0 * 4 + 4].elementsEqual(plane.pixels[..<4]) })
            return Array(plane.pixels[..<4])
        }
        for threads in 1...3 {
            #expect(row([left, nil, right], threads) == [1, 0, 3, 3])
            #expect(row([left, all], threads) == [2, 2, 2, 2])
            #expect(row([], threads) == [0, 0, 0, 0])
        }
    }

    @Test func `gaps are filled up to their size and no others`() {
        // A gap of one, one of two that touch at a corner, and the outside, of four.
        let marks = [
            "##########", "#.##########", "####.#####.", "#####.####.", "##########.", "##########.",
        ].map { $0.padding(to: 11) }
        let values = marks.flatMap { $0.map { $0 == "." ? Float(-1) : 2 } }
        var map = LogitMap(width: 11, height: 6, values: values)
        let before = map
        map.fillGaps(ofAtMost: 0)
        #expect(map == before)
        map.fillGaps(ofAtMost: 1)
        #expect(map.values.count { $0 == 0.1 } == 1 && map.values[12] == 0.1)
        map.fillGaps(ofAtMost: 2)
        #expect(map.values.count { $0 == 0.1 } == 3)
        #expect(map.values.count { $0 < 0 } == 4)
    }

    @Test func `one of four masks is chosen as the reference does`() {
        func answer(_ first: Float, quality: [Float]) -> MaskAnswer {
            let maps = [first, 10, 20, 30].map { LogitMap(width: 2, height: 1, values: [$0, -$0]) }
            return MaskAnswer(masks: maps, quality: quality, presence: nil, pointers: [])
        }
        let rule = TrackingRules().stability
        let stable = answer(5, quality: [0, 0.2, 0.9, 0.9])
        #expect(stable.single(rule).mask.values[0] == 5 && stable.several().pointer == 2)
        let unstable = answer(0.01, quality: [1, 0.2, 0.9, 0.9])
        #expect(unstable.single(rule).mask.values[0] == 20 && unstable.single(rule).pointer == 0)
        #expect(unstable.several().mask.values[0] == 20)
        var three = stable
        three.masks.removeFirst()
        three.quality.removeFirst()
        #expect(three.single(rule).mask.values[0] == 20 && three.several().pointer == 1)
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        String((self + String(repeating: "#", count: count)).prefix(count))
    }
}
