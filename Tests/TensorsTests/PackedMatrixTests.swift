import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct PackedMatrixTests {
    private static func noise(_ count: Int, _ seed: UInt64) -> [Float] {
        var random = SeededRandom(seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    private static func weight(_ columns: Int, _ depth: Int, _ seed: UInt64 = 2) -> StoredTensor {
        StoredTensor(name: "w", Tensor(shape: [columns, depth], values: noise(columns * depth, seed)))
    }

    /// Sums in double precision.
    private static func expected(_ a: [Float], _ w: [Float], rows: Int, columns: Int, depth: Int) -> [Double] {
        (0..<rows * columns).map { at in
            (0..<depth).reduce(0) { $0 + Double(a[at / columns * depth + $1]) * Double(w[at % columns * depth + $1]) }
        }
    }

    private static func error(_ c: FloatBuffer, _ want: [Double]) -> Double {
        zip(c.array(want.count), want).map { abs(Double($0) - $1) }.max() ?? 0
    }

    @Test func `parts of columns and of the depth make the same matrix`() {
        let (rows, columns, depth) = (9, 70, 530)
        let a = FloatBuffer(Self.noise(rows * depth, 1))
        let stored = Self.weight(columns, depth)
        let values = FloatBuffer(stored.floats())
        let turned = FloatBuffer((0..<columns * depth).map { values.pointer[$0 % columns * depth + $0 / columns] })
        let whole = PackedMatrix(stored, columns: 0..<columns, depth: 0..<depth)
        let byColumns = PackedMatrix(columns: columns, depth: depth)
        byColumns.storeColumns(values.pointer + 64 * depth, stride: depth, at: 64, count: 6)
        byColumns.storeColumns(values.pointer, stride: depth, at: 0, count: 64)
        let byDepth = PackedMatrix(columns: columns, depth: depth)
        byDepth.storeDepth(turned.pointer, stride: columns, at: 0, count: 17)
        byDepth.storeDepth(turned.pointer + 17 * columns, stride: columns, at: 17, count: depth - 17)
        let results = [whole, byColumns, byDepth].map { matrix in
            let c = FloatBuffer(count: rows * columns)
            matrix.multiply(a.pointer, stride: depth, rows: rows, into: c.pointer, stride: columns)
            return c
        }
        #expect(results[1].array() == results[0].array())
        #expect(results[2].array() == results[0].array())
        let want = Self.expected(a.array(), values.array(), rows: rows, columns: columns, depth: depth)
        #expect(Self.error(results[0], want) < 1e-4)
    }

    @Test func `blocks of the depth add up to the whole product`() {
        let (rows, columns, depth) = (5, 33, 1200)
        let a = FloatBuffer(Self.noise(rows * depth, 1))
        let matrix = PackedMatrix(Self.weight(columns, depth), columns: 0..<columns, depth: 0..<depth)
        let (whole, parts) = (FloatBuffer(count: rows * columns), FloatBuffer(count: rows * columns))
        matrix.multiply(a.pointer, stride: depth, rows: rows, into: whole.pointer, stride: columns)
        for from in stride(from: 0, to: depth, by: PackedMatrix.block) {
            matrix.multiply(
                a.pointer + from, stride: depth, rows: rows, from: from, count: min(PackedMatrix.block, depth - from),
                into: parts.pointer, stride: columns, adding: from > 0)
        }
        #expect(parts.array() == whole.array())
    }

    @Test func `the library multiplies the same panels`() {
        let (rows, columns, depth) = (7, 75, 600)
        let a = FloatBuffer(Self.noise(rows * depth, 1))
        let stored = Self.weight(columns, depth)
        let matrix = PackedMatrix(stored, columns: 0..<columns, depth: 0..<depth)
        let c = FloatBuffer(Self.noise(rows * 43, 3))
        let before = c.array()
        matrix.multiplyByLibrary(
            a.pointer, stride: depth, rows: rows, columns: 32..<75, depth: 0..<depth, into: c.pointer, stride: 43,
            adding: true)
        let all = Self.expected(a.array(), stored.floats(), rows: rows, columns: columns, depth: depth)
        let want = (0..<rows * 43).map { all[$0 / 43 * columns + 32 + $0 % 43] + Double(before[$0]) }
        #expect(Self.error(c, want) < 1e-4)
    }

    @Test(arguments: [ElementType.float32, .float16, .bfloat16, .float64])
    func `a weight gives the same bits packed once, packed tile by tile, by any threads and in any batch`(
        _ element: ElementType
    ) {
        let (samples, segment, n, k) = (3, 300, 150, 520)
        let rows = samples * segment
        let numbers = Self.noise(n * k, 5)
        let stored = StoredTensor(name: "w", element: element, shape: [n, k]) { bytes in
            for (i, x) in numbers.enumerated() {
                switch element {
                case .float16: bytes.storeBytes(of: Self.half(x), toByteOffset: 2 * i, as: UInt16.self)
                case .bfloat16:
                    bytes.storeBytes(of: UInt16(x.bitPattern >> 16), toByteOffset: 2 * i, as: UInt16.self)
                case .float64: bytes.storeBytes(of: Double(x), toByteOffset: 8 * i, as: Double.self)
                default: bytes.storeBytes(of: x, toByteOffset: 4 * i, as: Float.self)
                }
            }
        }
        let a = FloatBuffer(Self.noise(rows * k, 6))
        func product(once: Bool, threads: Int, _ rows: Int, segments: Int) -> [Float] {
            let c = FloatBuffer(count: rows * n)
            WorkerPool(threads: threads).multiply(
                a.pointer, stride: k, rows: rows, segments: segments, by: MatrixWeight(stored, packedOnce: once),
                into: (c.pointer, n))
            return c.array()
        }
        let batch = product(once: true, threads: 3, rows, segments: samples)
        #expect(product(once: false, threads: 1, rows, segments: samples) == batch)
        #expect(product(once: true, threads: 1, segment, segments: 1) == Array(batch[..<(segment * n)]))
        let want = Self.expected(
            a.array(7 * k), stored.floats(), rows: 7, columns: n, depth: k)
        #expect(zip(batch, want).allSatisfy { abs(Double($0) - $1) < 1e-4 })
    }

    /// A number below 1 as float16, cut off.
    private static func half(_ x: Float) -> UInt16 {
        let scaled = UInt32((abs(x) * 1024).rounded(.down))
        // As a float16 whose lowest step is 1/1024, made of whole numbers.
        guard scaled > 0 else { return 0 }
        let top = 31 - scaled.leadingZeroBitCount
        return UInt16(x < 0 ? 0x8000 : 0) | UInt16(top + 5) << 10 | UInt16((scaled << (10 - UInt32(top))) & 0x3ff)
    }

    @Test func `tiles reach every number once, whole grains at a time`() {
        let (rows, n, k) = (1500, 130, 8)
        let a = FloatBuffer(Self.noise(rows * k, 1))
        let weight = MatrixWeight(Self.weight(n, k), packedOnce: true)
        let seen = FloatBuffer(count: rows * n)
        seen.fill(0)
        WorkerPool(threads: 2).multiply(a.pointer, stride: k, rows: rows, by: weight, into: nil, grain: 26) { tile in
            for r in 0..<tile.rows.count {
                for c in tile.columns { seen.pointer[(tile.rows.lowerBound + r) * n + c] += 1 }
            }
            let aligned = tile.rows.lowerBound % PackedMatrix.panel == 0 && tile.columns.lowerBound % 26 == 0
            if !aligned { seen.pointer[0] += 100 }
        }
        #expect(seen.array().allSatisfy { $0 == 1 })
    }

    @Test func `pages that are dropped are read again`() throws {
        let folder = TemporaryFolder()
        let path = folder.file("bytes")
        let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try Data(bytes).write(to: URL(filePath: path))
        let storage = try ByteStorage(mapping: path)
        let before = storage.withBytes { Array($0) }
        storage.dropPages(100..<19_000)
        #expect(storage.withBytes { Array($0) } == before && before == bytes)
    }
}
