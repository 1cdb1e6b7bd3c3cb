import TestSupport
import Testing

@testable import Perception

@Suite struct WindowJoinTests {
    /// The frames that each window shows, as the estimator makes windows.
    private func windows(_ plan: WindowPlan, frames: Int) -> [[Int]] {
        var (all, places) = ([[Int]](), Array(0..<plan.length))
        for start in stride(from: 0, to: frames, by: plan.step) {
            if start > 0 { places = plan.keyframes.map { places[$0] } + (start + plan.overlap..<start + plan.length) }
            all.append(places.map { min($0, frames - 1) })
        }
        return all
    }

    private func truth(_ frame: Int) -> [Float] { (0..<6).map { 3 + Float((frame * 7 + $0 * 5) % 11) } }

    @Test func `the windows are those of Video-Depth-Anything`() {
        let plan = WindowPlan()
        #expect(plan.overlap == 10 && plan.step == 22 && plan.blend == 8)
        #expect(plan.keyframes == [0, 12, 24, 25, 26, 27, 28, 29, 30, 31])
        let third = windows(plan, frames: 75)[2]
        #expect(third == [0, 34] + Array(46..<76).map { min($0, 74) })
    }

    @Test(arguments: [1, 10, 22, 23, 32, 54, 75], [16, 24, 32])
    func `windows of another scale and shift each join to one`(frames: Int, length: Int) {
        let plan = WindowPlan(length: length)
        var join = WindowJoin(plan)
        var given: [[Float]] = []
        for (index, window) in windows(plan, frames: frames).enumerated() {
            let (scale, shift) = index == 0 ? (1, 0) : (Float(index) * 0.7 + 0.3, Float(index) - 1.5)
            join.add({ place in truth(window[place]).map { $0 * scale + shift } }, give: { given.append($0) })
        }
        join.finish { given.append($0) }
        #expect(given.count >= frames)
        for (frame, values) in given.prefix(frames).enumerated() {
            expectClose(values, truth(frame), 2e-5, "frame \(frame)")
        }
    }

    @Test func `the overlap goes over from one window to the next`() {
        let plan = WindowPlan()
        var join = WindowJoin(plan)
        var given: [[Float]] = []
        // The windows agree on the frames that fit them together and differ by 7 on all others.
        join.add({ _ in [1, 2] }, give: { given.append($0) })
        #expect(given.count == 24)
        join.add({ $0 < 2 ? [1, 2] : [8, 9] }, give: { given.append($0) })
        join.finish { given.append($0) }
        #expect(given.count == 54)
        for i in 0..<8 { expectClose(given[24 + i], [1 + Float(i), 2 + Float(i)], 1e-5) }
        #expect(given[32] == [8, 9])
    }

    @Test func `depth below 0 becomes 0, and flat windows are left as they are`() {
        let fit = DepthFit([[1, 2]], to: [[-1, 3]])
        #expect(fit == DepthFit([[1, 2, 3]], to: [[-1, 3, 7]]))
        expectClose([fit.scale, fit.shift], [4, -5], 1e-6)
        expectClose(fit([1, 2, 0]), [0, 3, 0], 1e-6)
        let flat = DepthFit([[2, 2, 2]], to: [[1, 5, 9]])
        #expect(flat.scale == 1 && flat.shift == 0)
    }
}
