internal import CKernels
internal import Tensors

/// The unit features of several pictures at one tap of a backbone: every position's channels, divided by their length.
///
/// Sixty-four positions lie together, channel after channel, so that all pairs are compared in one pass over memory.
struct TapFeatures: Sendable {
    let channels: Int
    let positions: Int
    /// One for each picture.
    private let pictures: [FloatBuffer]

    private var tiles: Int { TapFeatures.tiles(positions) }

    private static func tiles(_ positions: Int) -> Int {
        let tile = Int(TB_FEATURE_TILE)
        return (positions + tile - 1) / tile
    }

    /// How many numbers a picture takes.
    static func count(channels: Int, positions: Int) -> Int { tiles(positions) * Int(TB_FEATURE_TILE) * channels }

    init(channels: Int, positions: Int, pictures: Int) {
        self.channels = channels
        self.positions = positions
        let count = TapFeatures.count(channels: channels, positions: positions)
        self.pictures = (0..<pictures).map { _ in FloatBuffer(count: count) }
    }

    /// Takes the features of picture `index`, channels x positions as the network gives them.
    func set(_ index: Int, _ features: UnsafeBufferPointer<Float>, pool: WorkerPool) {
        precondition(features.count == channels * positions)
        guard let base = features.baseAddress else { return }
        nonisolated(unsafe) let source = base
        let unit = pictures[index]
        pool.runRanges(tiles, grain: 32) { range in
            tb_unit_features(
                tb_isa_best(), source, channels, positions, range.lowerBound, range.count,
                unit.pointer + range.lowerBound * channels * Int(TB_FEATURE_TILE))
        }
    }

    /// The distance of every pair (`VideoPair.all`): squared differences, weighted by channel and summed, mean over
    /// positions.
    ///
    /// Partial sums belong to fixed runs of positions and are added in order: any number of threads gives the same bits.
    func distances(weights: [Float], pool: WorkerPool) -> [Double] {
        precondition(weights.count == channels)
        let pairs = VideoPair.all(of: pictures.count).count
        let grain = 16
        let runs = (tiles + grain - 1) / grain
        let partial = UnsafeMutablePointer<Double>.allocate(capacity: runs * pairs)
        partial.initialize(repeating: 0, count: runs * pairs)
        defer { partial.deallocate() }
        nonisolated(unsafe) let sums = partial
        let pictures = pictures
        pool.runRanges(tiles, grain: grain) { range in
            let scratch = FloatBuffer(count: 16 * pairs)
            let units = pictures.map { UnsafePointer($0.pointer) }
            units.withUnsafeBufferPointer { units in
                tb_feature_distances(
                    tb_isa_best(), units.baseAddress!, units.count, weights, channels, range.lowerBound, range.count,
                    sums + range.lowerBound / grain * pairs, scratch.pointer)
            }
        }
        return (0..<pairs).map { pair in
            (0..<runs).reduce(0) { $0 + partial[$1 * pairs + pair] } / Double(positions)
        }
    }
}
