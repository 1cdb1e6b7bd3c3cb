internal import Tensors
internal import Video

/// Which pixels of a video DOVER's technical branch sees (metrics.md §8): three segments of 32 frames at stride 2, and in
/// each frame a 7x7 grid of 32x32 fragments at native resolution.
///
/// Random offsets come from one generator for time and one for space, both seeded with the same number, in the order in
/// which the reference evaluator draws them from numpy and torch: the same seed gives the same fragments.
struct DoverSampling: Equatable {
    static let segments = 3
    static let length = 32
    static let stride = 2
    static let cells = 7
    static let fragment = 32
    /// The side of the picture that the fragments make.
    static let side = cells * fragment

    /// The frame of each place in each segment.
    let frames: [[Int]]
    /// Where the fragment of [segment][row of cells][column of cells] begins, in the enlarged frame.
    let rows: [[[Int]]]
    let columns: [[[Int]]]
    /// How much smaller a frame is than the network's picture; 1 where it need not be enlarged.
    let ratio: Double

    /// Why frames of a size cannot be sampled; nil when they can.
    static func objection(to size: FrameSize) -> String? {
        min(size.width, size.height) >= fragment
            ? nil : "has frames of \(size), smaller than a fragment of \(fragment)x\(fragment) pixels"
    }

    /// - Parameters:
    ///   - count: frames of the video, 1 or more.
    ///   - size: at least 32x32.
    init(count: Int, size: FrameSize, seed: UInt32) {
        precondition(count > 0 && DoverSampling.objection(to: size) == nil)
        let part = count / Self.segments
        let room = part - Self.length * Self.stride
        var time = MersenneTwister(seed: seed)
        let starts = (0..<Self.segments).map { $0 * part + (room > 0 ? time.masked(below: room) : 0) }
        frames = starts.map { start in (0..<Self.length).map { (start + $0 * Self.stride) % count } }

        var space = MersenneTwister(seed: seed)
        rows = Self.places(along: size.height, isColumn: false, &space)
        columns = Self.places(along: size.width, isColumn: true, &space)
        // The grid is that of the frame before it is enlarged, as in the reference.
        ratio = min(1, Double(min(size.width, size.height)) / Double(Self.side))
    }

    /// Begins of all fragments on one axis: the cell's own, moved within the cell when it is larger than a fragment.
    private static func places(
        along length: Int, isColumn: Bool, _ random: inout MersenneTwister
    ) -> [[[Int]]] {
        let cell = length / cells
        let room = cell - fragment
        var places = [[[Int]]](
            repeating: [[Int]](repeating: [Int](repeating: 0, count: cells), count: cells), count: segments)
        for i in 0..<cells {
            for j in 0..<cells {
                for segment in 0..<segments {
                    let offset = room > 0 ? random.remainder(below: room) : 0
                    places[segment][i][j] = min(cell * (isColumn ? j : i), length - fragment) + offset
                }
            }
        }
        return places
    }
}
