internal import Experiment
public import Tensors

/// One direction of a grid of overlapping patches (spec §1.10).
struct PatchAxis: Sendable, Equatable {
    let length, patch, count, overlap: Int

    init(length: Int, patch: Int, name: String) throws {
        guard length > 0, patch > 0, patch <= length else {
            throw BenchError(.usage, "patches of \(patch) do not fit into a \(name) of \(length)")
        }
        let count = (length - 1) / patch + 1
        let excess = count * patch - length
        guard count == 1 || excess % (count - 1) == 0 else {
            throw BenchError(
                .usage,
                "\(count) patches of \(patch) cannot overlap evenly in a \(name) of \(length); "
                    + "choose a size that differs by \(excess % (count - 1))")
        }
        (self.length, self.patch, self.count) = (length, patch, count)
        overlap = count == 1 ? 0 : excess / (count - 1)
    }

    func start(_ index: Int) -> Int { index * (patch - overlap) }

    /// The weight of each place of a patch (spec §3.6): rising from 0.01 over the overlap, and falling to its end; the
    /// first place lies on the edge, the last one before it.
    var ramp: [Double] {
        (0..<patch).map { i in min(1, max(0.01, Double(min(i, patch - i)) / (Double(overlap) + 1e-6))) }
    }
}

/// How a large latent or video is cut into overlapping patches and put together again (spec §1.10, §3.6). Patches are
/// numbered row by row.
public struct PatchGrid: Sendable, Equatable {
    let rows: PatchAxis
    let columns: PatchAxis

    /// - Throws: `BenchError` when patches of that size do not cover the whole evenly.
    public init(height: Int, width: Int, patchHeight: Int, patchWidth: Int) throws {
        rows = try PatchAxis(length: height, patch: patchHeight, name: "height")
        columns = try PatchAxis(length: width, patch: patchWidth, name: "width")
    }

    /// Number of patches.
    public var count: Int { rows.count * columns.count }
    /// Rows and columns that neighbours share.
    public var overlap: (height: Int, width: Int) { (rows.overlap, columns.overlap) }
    /// The place of patch `index` in the whole.
    public func origin(_ index: Int) -> (row: Int, column: Int) {
        (rows.start(index / columns.count), columns.start(index % columns.count))
    }

    /// Patch `index` of a whole [..., height, width].
    public func patch(_ index: Int, of whole: Tensor) -> Tensor {
        let leading = whole.shape.dropLast(2)
        precondition(whole.shape.suffix(2).elementsEqual([rows.length, columns.length]))
        let (top, left) = origin(index)
        var patch = Tensor(shape: leading + [rows.patch, columns.patch])
        for plane in 0..<leading.reduce(1, *) {
            for y in 0..<rows.patch {
                let source = (plane * rows.length + top + y) * columns.length + left
                let target = (plane * rows.patch + y) * columns.patch
                for x in 0..<columns.patch { patch.values[target + x] = whole.values[source + x] }
            }
        }
        return patch
    }

    /// All patches, in order.
    public func split(_ whole: Tensor) -> [Tensor] { (0..<count).map { patch($0, of: whole) } }

    /// The whole again, neighbours blended over what they share.
    public func merge(_ patches: [Tensor]) -> Tensor {
        precondition(patches.count == count)
        var blend = PatchBlend(self, leading: Array(patches[0].shape.dropLast(2)))
        for (index, patch) in patches.enumerated() { blend.add(patch, at: index) }
        return blend.finish()
    }
}

/// Patches being put together, one at a time: `Σ mask·patch / (Σ mask + 1e-6)`.
public struct PatchBlend: Sendable {
    private let grid: PatchGrid
    private let mask: [Float]
    private var sum: Tensor
    private var weight: [Float]

    /// - Parameter leading: the dimensions before height and width.
    public init(_ grid: PatchGrid, leading: [Int]) {
        self.grid = grid
        let (down, across) = (grid.rows.ramp, grid.columns.ramp)
        mask = down.flatMap { a in across.map { Float(a * $0) } }
        sum = Tensor(shape: leading + [grid.rows.length, grid.columns.length])
        weight = [Float](repeating: 0, count: grid.rows.length * grid.columns.length)
    }

    /// Adds patch `index`, [leading..., patch height, patch width].
    public mutating func add(_ patch: Tensor, at index: Int) {
        let (height, width) = (grid.rows.patch, grid.columns.patch)
        precondition(patch.shape == sum.shape.dropLast(2) + [height, width])
        let (top, left) = grid.origin(index)
        for y in 0..<height {
            let place = (top + y) * grid.columns.length + left
            for x in 0..<width { weight[place + x] += mask[y * width + x] }
        }
        for plane in 0..<patch.count / (height * width) {
            for y in 0..<height {
                let target = (plane * grid.rows.length + top + y) * grid.columns.length + left
                let source = (plane * height + y) * width
                for x in 0..<width { sum.values[target + x] += mask[y * width + x] * patch.values[source + x] }
            }
        }
    }

    /// The whole, when every patch has been added.
    public consuming func finish() -> Tensor {
        let size = weight.count
        for i in 0..<sum.count { sum.values[i] /= weight[i % size] + 1e-6 }
        return sum
    }
}
