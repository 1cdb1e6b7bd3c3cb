internal import Tensors

/// Keys and values of some tokens as the products of attention read them, head by head: queries times keys, and the
/// softmax times values.
struct PackedKeys: Sendable {
    let count: Int
    let headWidth: Int
    /// For each head a matrix with a column a key.
    let keys: [PackedMatrix]
    /// For each head a matrix whose depth is the keys.
    let values: [PackedMatrix]

    /// Room for `count` keys.
    init(count: Int, heads: Int, headWidth: Int) {
        self.count = count
        self.headWidth = headWidth
        keys = (0..<heads).map { _ in PackedMatrix(columns: count, depth: headWidth) }
        values = (0..<heads).map { _ in PackedMatrix(columns: headWidth, depth: count) }
    }

    /// Stores keys from `first` on, a multiple of `PackedMatrix.panel`: the rows of a tile whose columns are whole heads.
    func storeKeys(_ tile: MatrixTile, at first: Int) {
        for (place, head) in heads(tile.columns) {
            keys[head].storeColumns(tile.pointer + place, stride: tile.stride, at: first, count: tile.rows.count)
        }
    }

    /// The same for values; `first` is any.
    func storeValues(_ tile: MatrixTile, at first: Int) {
        for (place, head) in heads(tile.columns) {
            values[head].storeDepth(tile.pointer + place, stride: tile.stride, at: first, count: tile.rows.count)
        }
    }

    private func heads(_ columns: Range<Int>) -> [(place: Int, head: Int)] {
        precondition(columns.lowerBound % headWidth == 0 && columns.count % headWidth == 0)
        return stride(from: 0, to: columns.count, by: headWidth).map { ($0, (columns.lowerBound + $0) / headWidth) }
    }
}
