import TestSupport
import Testing

@testable import Perception

@Suite struct TemporalWindowTests {
    private func smoothed(_ maps: [[Float]], radius: Int) -> [[Float]] {
        var window = TemporalWindow(radius: radius)
        return maps.flatMap { window.add($0) } + window.finish()
    }

    @Test func `radius 0 leaves every frame as it is`() {
        #expect(smoothed([[1, 2], [5, 0.1]], radius: 0) == [[1, 2], [5, 0.1]])
    }

    @Test(arguments: [1, 2, 3, 60], [1, 2, 5, 9]) func `a still scene stays still`(radius: Int, frames: Int) {
        let result = smoothed([[Float]](repeating: [0.25, 0.7], count: frames), radius: radius)
        #expect(result.count == frames)
        for map in result { expectClose(map, [0.25, 0.7], 1e-6) }
    }

    @Test func `a frame spreads with binomial weights, and the ends share among what is there`() {
        let result = smoothed([[0], [0], [0], [1], [0], [0], [0], [0]], radius: 2).map { $0[0] }
        let spread: [Float] = [0, 1.0 / 15, 4.0 / 16, 6.0 / 16, 4.0 / 16, 1.0 / 16, 0, 0]
        expectClose(result, spread, 1e-6)
        let first = smoothed([[1], [0], [0], [0]], radius: 2).map { $0[0] }
        let start: [Float] = [6.0 / 11, 4.0 / 15, 1.0 / 15, 0]
        expectClose(first, start, 1e-6)
    }

    @Test func `frames are given as soon as their neighbours are there`() {
        var window = TemporalWindow(radius: 2)
        #expect((0..<6).map { window.add([Float($0)]).count } == [0, 0, 1, 1, 1, 1])
        #expect(window.finish().count == 2)
        #expect(window.finish().isEmpty)
    }
}
