/// Discs in the plane, found by nearness: a tree of bounding rectangles, so that a picture of a hundred thousand boxes, or
/// one that reaches to the horizon among them, does not cost every pair.
struct DiscTree {
    private struct Node {
        let low, high: SIMD2<Double>
        /// Places in `order`.
        let members: Range<Int>
        /// The second child; the first follows its parent. Nil for a leaf.
        var second: Int?
    }

    private var nodes: [Node] = []
    private var order: [Int]
    private static let mostInLeaf = 8

    init(centres: [SIMD2<Double>], radii: [Double]) {
        order = Array(centres.indices)
        if !centres.isEmpty { build(0..<centres.count, centres, radii) }
    }

    private mutating func build(_ members: Range<Int>, _ centres: [SIMD2<Double>], _ radii: [Double]) {
        var low = SIMD2<Double>(repeating: .infinity)
        var high = SIMD2<Double>(repeating: -.infinity)
        for member in order[members] {
            low = pointwiseMin(low, centres[member] - radii[member])
            high = pointwiseMax(high, centres[member] + radii[member])
        }
        let place = nodes.count
        nodes.append(Node(low: low, high: high, members: members, second: nil))
        guard members.count > Self.mostInLeaf else { return }
        let axis = high.x - low.x >= high.y - low.y ? 0 : 1
        order[members].sort { (centres[$0][axis], $0) < (centres[$1][axis], $1) }
        let middle = members.lowerBound + members.count / 2
        build(members.lowerBound..<middle, centres, radii)
        nodes[place].second = nodes.count
        build(middle..<members.upperBound, centres, radii)
    }

    /// The discs that may come within `reach` of a point, and others near them, in ascending order.
    func near(_ point: SIMD2<Double>, within reach: Double, into found: inout [Int]) {
        found.removeAll(keepingCapacity: true)
        var open = nodes.isEmpty ? [] : [0]
        while let place = open.popLast() {
            let node = nodes[place]
            let gap = pointwiseMax(pointwiseMax(node.low - point, point - node.high), .zero)
            guard gap.length <= reach else { continue }
            if let second = node.second {
                open.append(second)
                open.append(place + 1)
            } else {
                found += order[node.members]
            }
        }
        found.sort()
    }
}
