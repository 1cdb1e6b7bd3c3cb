internal import CKernels
internal import COpenBLAS

/// The right side of products, laid out once as the kernels read it: its columns in panels, its depth in blocks, in
/// float32. Copies share their memory.
///
/// Every number of a product is summed in the order of the depth, in blocks of `block`: its bits depend on its row and its
/// column alone, not on tiles, threads or the processor's instruction set. A processor without AVX2 is the exception: it
/// has no kernels of ours, and OpenBLAS multiplies the same panels.
public struct PackedMatrix: Sendable {
    /// Columns that lie in memory together: parts begin at a multiple of this.
    public static let panel = Int(TB_PANEL)
    /// Steps of the depth that are summed on their own.
    public static let block = Int(TB_DEPTH)

    public let columns: Int
    public let depth: Int
    private let memory: FloatBuffer

    /// A matrix whose parts are to be stored; until then its numbers are arbitrary.
    public init(columns: Int, depth: Int) {
        self.columns = columns
        self.depth = depth
        memory = FloatBuffer(count: tb_packed_floats(columns, depth))
    }

    /// A part of a stored weight [columns, depth] as a matrix of its own.
    public init(_ weight: StoredTensor, columns part: Range<Int>, depth range: Range<Int>) {
        precondition(
            weight.shape.count == 2 && part.upperBound <= weight.shape[0] && range.upperBound <= weight.shape[1])
        self.init(columns: part.count, depth: range.count)
        let stride = weight.shape[1]
        let first = part.lowerBound * stride + range.lowerBound
        func pack(_ type: tb_number, _ start: UnsafeRawPointer, stride: Int) {
            tb_pack_columns(tb_isa_best(), type, start, stride, columns, depth, 0, columns, memory.pointer)
        }
        weight.withBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
            let start = base + first * weight.element.size
            switch weight.element {
            case .float32: pack(TB_FLOAT32, start, stride: stride)
            case .float16: pack(TB_FLOAT16, start, stride: stride)
            case .bfloat16: pack(TB_BFLOAT16, start, stride: stride)
            default:
                let wide = FloatBuffer(count: part.count * range.count)
                for row in 0..<part.count {
                    let at = first + row * stride
                    weight.widen(at..<at + range.count, into: wide.pointer + row * range.count)
                }
                pack(TB_FLOAT32, wide.pointer, stride: range.count)
            }
        }
    }

    /// Stores columns `first..<first + count`, each a row of `depth` numbers; `first` is a multiple of `panel`, and so is
    /// the end, unless it is the matrix's.
    public func storeColumns(_ rows: UnsafePointer<Float>, stride: Int, at first: Int, count: Int) {
        precondition(first % Self.panel == 0 && first + count <= columns)
        precondition(count % Self.panel == 0 || first + count == columns)
        tb_pack_columns(tb_isa_best(), TB_FLOAT32, rows, stride, columns, depth, first, count, memory.pointer)
    }

    /// Stores steps `first..<first + count` of the depth, each a row of `columns` numbers.
    public func storeDepth(_ rows: UnsafePointer<Float>, stride: Int, at first: Int, count: Int) {
        precondition(first + count <= depth)
        tb_pack_rows(tb_isa_best(), rows, stride, columns, depth, first, count, memory.pointer)
    }

    /// `c = a · columns (+ c when adding)` on the calling thread, with a [rows, depth] and c [rows, part.count].
    /// - Parameters:
    ///   - part: the columns, all when nil; they begin at a multiple of `panel`.
    ///   - first: where the depth begins, a multiple of `block`; a's first number goes with it.
    ///   - count: how much of the depth is multiplied: all that is left when nil, or else at most a block.
    public func multiply(
        _ a: UnsafePointer<Float>, stride: Int, rows: Int, columns part: Range<Int>? = nil, from first: Int = 0,
        count: Int? = nil, into c: UnsafeMutablePointer<Float>, stride cStride: Int, adding: Bool = false
    ) {
        let part = part ?? 0..<columns
        precondition(part.lowerBound % Self.panel == 0 && part.upperBound <= columns && first % Self.block == 0)
        let rest = depth - first
        precondition(count == nil || count == min(rest, Self.block), "a part of the depth is a block")
        let range = first..<first + (count ?? rest)
        guard Kernels.multiplyMatrices else {
            multiplyByLibrary(
                a, stride: stride, rows: rows, columns: part, depth: range, into: c, stride: cStride, adding: adding)
            return
        }
        // Blocks lie after each other: those from `first` on are a matrix of their own.
        tb_multiply_packed(
            tb_isa_best(), a, stride, rows, memory.pointer + tb_packed_floats(columns, first), columns, range.count,
            part.lowerBound, part.count, adding ? 1 : 0, c, cStride)
    }

    /// The same by OpenBLAS, a panel of a block at a time.
    func multiplyByLibrary(
        _ a: UnsafePointer<Float>, stride: Int, rows: Int, columns part: Range<Int>, depth range: Range<Int>,
        into c: UnsafeMutablePointer<Float>, stride cStride: Int, adding: Bool
    ) {
        for from in Swift.stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
            let block = min(Self.block, range.upperBound - from)
            let panels = memory.pointer + tb_packed_floats(columns, from)
            for column in Swift.stride(from: part.lowerBound, to: part.upperBound, by: Self.panel) {
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows),
                    Int32(min(Self.panel, part.upperBound - column)), Int32(block), 1, a + from - range.lowerBound,
                    Int32(stride), panels + column * block, Int32(Self.panel),
                    adding || from > range.lowerBound ? 1 : 0, c + column - part.lowerBound, Int32(cStride))
            }
        }
    }
}
