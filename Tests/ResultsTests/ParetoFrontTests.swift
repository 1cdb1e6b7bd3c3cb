import Experiment
import TestSupport
import Testing

@testable import Results

@Suite struct ParetoFrontTests {
    @Test func `a point is on the front unless another is as good in all and better in one`() {
        #expect(
            paretoFront([[1, 4], [2, 3], [3, 1], [1, 3], [2, 1]], directions: [.higher, .higher])
                == [.onFront, .onFront, .onFront, .dominated(by: 1), .dominated(by: 2)])
        #expect(
            paretoFront([[1, 4], [2, 3], [3, 1], [1, 3]], directions: [.lower, .higher])
                == [.onFront, .dominated(by: 0), .dominated(by: 0), .dominated(by: 0)])
        #expect(
            paretoFront([[1], [3], [3]], directions: [.lower]) == [.onFront, .dominated(by: 0), .dominated(by: 0)])
    }

    @Test
    func `points that are equal stand on the front together, and a tie in one objective is decided by the others`() {
        #expect(
            paretoFront([[1, 2], [1, 2], [1, 1]], directions: [.higher, .higher])
                == [.onFront, .onFront, .dominated(by: 0)])
    }

    @Test func `points without a value take no part, whatever else they have`() {
        #expect(
            paretoFront([[9, nil], [1, 1], [nil, nil]], directions: [.higher, .higher])
                == [.absent([1]), .onFront, .absent([0, 1])])
        #expect(paretoFront([], directions: [.higher]) == [])
    }

    @Test func `the front of random points is that of the definition, in one to four objectives`() {
        var random = SeededRandom(4)
        for objectives in 1...4 {
            for _ in 0..<50 {
                // Few different values, so that ties are common.
                let points = (0..<30).map { _ in
                    (0..<objectives).map { _ in Double(Int.random(in: 0..<5, using: &random)) }
                }
                func dominates(_ a: [Double], _ b: [Double]) -> Bool {
                    zip(a, b).allSatisfy { $0 >= $1 } && a != b
                }
                let standings = paretoFront(
                    points, directions: [MetricDescriptor.Direction](repeating: .higher, count: objectives))
                for (point, standing) in zip(points, standings) {
                    switch standing {
                    case .onFront: #expect(!points.contains { dominates($0, point) })
                    case .dominated(let other):
                        #expect(dominates(points[other], point) && standings[other] == .onFront)
                    case .absent: Issue.record("every point has values")
                    }
                }
            }
        }
    }
}
