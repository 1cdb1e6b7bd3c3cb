import CKernels
import TestSupport
import Testing

@Suite struct MatrixKernelTests {
    private static let panel = Int(TB_PANEL)
    private static let block = Int(TB_DEPTH)

    private static func noise(_ count: Int, _ seed: UInt64) -> [Float] {
        var random = SeededRandom(seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    /// Where number (k, column) of a packed matrix lies, by the words of the header.
    private static func place(_ k: Int, _ column: Int, columns: Int, depth: Int) -> Int {
        let from = k / block * block
        let padded = (columns + panel - 1) / panel * panel
        return from * padded + column / panel * panel * min(block, depth - from) + (k - from) * panel + column % panel
    }

    /// Rows [columns][depth] packed, where memory was not a number before.
    private static func packed(_ b: [Float], _ columns: Int, _ depth: Int, _ isa: tb_isa) -> [Float] {
        var result = [Float](repeating: .nan, count: tb_packed_floats(columns, depth))
        tb_pack_columns(isa, TB_FLOAT32, b, depth, columns, depth, 0, columns, &result)
        return result
    }

    private static func same(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    @Test(arguments: [(1, 1), (16, 16), (33, 5), (70, 513), (31, 1030), (64, 64)])
    func `packed columns lie in blocks and panels, filled up with zeros`(_ columns: Int, _ depth: Int) {
        let b = Self.noise(columns * depth, 1)
        var want = [Float](repeating: 0, count: tb_packed_floats(columns, depth))
        for c in 0..<columns {
            for k in 0..<depth { want[Self.place(k, c, columns: columns, depth: depth)] = b[c * depth + k] }
        }
        // The same numbers as rows of the depth.
        let turned = (0..<columns * depth).map { b[$0 % columns * depth + $0 / columns] }
        for variant in Variant.all {
            #expect(Self.packed(b, columns, depth, variant.isa) == want)
            var rows = [Float](repeating: .nan, count: want.count)
            let cut = depth / 3
            turned.withUnsafeBufferPointer { turned in
                let start = turned.baseAddress!
                tb_pack_rows(variant.isa, start + cut * columns, columns, columns, depth, cut, depth - cut, &rows)
                tb_pack_rows(variant.isa, start, columns, columns, depth, 0, cut, &rows)
            }
            #expect(rows == want)
        }
    }

    @Test func `every number of half precision is packed as it is widened`() {
        let all = (0...UInt16.max).map { $0 }
        let (columns, depth) = (64, 1024)
        for (type, widen) in [(TB_FLOAT16, tb_widen_f16), (TB_BFLOAT16, tb_widen_bf16)] {
            var wide = [Float](repeating: 0, count: all.count)
            widen(TB_ISA_PORTABLE, all, &wide, all.count)
            for variant in Variant.all {
                var result = [Float](repeating: 0, count: all.count)
                tb_pack_columns(variant.isa, type, all, depth, columns, depth, 0, columns, &result)
                #expect(Self.same(result, Self.packed(wide, columns, depth, variant.isa)))
            }
        }
    }

    @Test(arguments: [TB_FLOAT16, TB_BFLOAT16])
    func `odd edges of half precision read nothing beyond them`(_ type: tb_number) {
        let (columns, depth) = (19, 37)
        // The memory ends with the last number, which the address sanitizer watches.
        let b = UnsafeMutablePointer<UInt16>.allocate(capacity: columns * depth)
        defer { b.deallocate() }
        for i in 0..<columns * depth { b[i] = UInt16(i * 13 % 0x3c00) }
        var wide = [Float](repeating: 0, count: columns * depth)
        (type == TB_FLOAT16 ? tb_widen_f16 : tb_widen_bf16)(TB_ISA_PORTABLE, b, &wide, wide.count)
        for variant in Variant.all {
            var result = [Float](repeating: .nan, count: tb_packed_floats(columns, depth))
            tb_pack_columns(variant.isa, type, b, depth, columns, depth, 0, columns, &result)
            #expect(result == Self.packed(wide, columns, depth, variant.isa))
        }
    }

    private static func product(
        _ a: [Float], stride: Int, rows: Int, _ packed: [Float], columns: Int, depth: Int, _ part: Range<Int>,
        onto c: [Float]?, _ isa: tb_isa
    ) -> [Float] {
        var out = c ?? [Float](repeating: .nan, count: rows * part.count)
        tb_multiply_packed(
            isa, a, stride, rows, packed, columns, depth, part.lowerBound, part.count, c == nil ? 0 : 1, &out,
            part.count)
        return out
    }

    @Test func `products of random shapes are sums of products, the same bits in every variant`() {
        var random = SeededRandom(7)
        for round in 0..<60 {
            let depth = Int.random(in: 1...(round % 5 == 0 ? 1100 : 90), using: &random)
            let (rows, columns) = (Int.random(in: 1...95, using: &random), Int.random(in: 1...210, using: &random))
            // Rows at multiples of 1024 are copied before they are used.
            let stride = round % 4 == 0 ? (depth + 1023) / 1024 * 1024 : depth + Int.random(in: 0...3, using: &random)
            let first = Int.random(in: 0...(columns - 1) / Self.panel, using: &random) * Self.panel
            let part = first..<Int.random(in: first + 1...columns, using: &random)
            let a = Self.noise(rows * stride, UInt64(round))
            let b = Self.noise(columns * depth, UInt64(round) + 100)
            let onto = round % 2 == 0 ? nil : Self.noise(rows * part.count, UInt64(round) + 200)
            let results = Variant.all.map {
                Self.product(
                    a, stride: stride, rows: rows, Self.packed(b, columns, depth, $0.isa), columns: columns,
                    depth: depth, part, onto: onto, $0.isa)
            }
            #expect(results[1] == results[0] && results[2] == results[0])
            var worst = 0.0
            for r in 0..<rows {
                for c in part {
                    let sum = (0..<depth).reduce(0.0) {
                        $0 + Double(a[r * stride + $1]) * Double(b[c * depth + $1])
                    }
                    let at = r * part.count + c - first
                    worst = max(worst, abs(Double(results[0][at]) - sum - Double(onto?[at] ?? 0)))
                }
            }
            #expect(worst < 3e-7 * Double(depth) + 1e-6)
        }
    }

    @Test func `a number of a product depends on its row and column alone`() {
        let (rows, columns, depth) = (61, 100, 700)
        let (a, b) = (Self.noise(rows * depth, 1), Self.noise(columns * depth, 2))
        let packed = Self.packed(b, columns, depth, tb_isa_best())
        let whole = Self.product(
            a, stride: depth, rows: rows, packed, columns: columns, depth: depth, 0..<columns, onto: nil,
            tb_isa_best())
        for r in [0, 13, 14, 41, 42, 60] {
            let one = Self.product(
                Array(a[r * depth..<(r + 1) * depth]), stride: depth, rows: 1, packed, columns: columns, depth: depth,
                64..<columns, onto: nil, tb_isa_best())
            #expect(one == Array(whole[r * columns + 64..<(r + 1) * columns]))
        }
    }

    @Test func `numbers that are not finite stay in their row and column`() {
        let (rows, columns, depth) = (20, 40, 30)
        var (a, b) = (Self.noise(rows * depth, 1), Self.noise(columns * depth, 2))
        a[3 * depth + 5] = .nan
        b[39 * depth + 7] = .infinity
        for variant in Variant.all {
            let c = Self.product(
                a, stride: depth, rows: rows, Self.packed(b, columns, depth, variant.isa), columns: columns,
                depth: depth, 0..<columns, onto: nil, variant.isa)
            for i in 0..<rows * columns {
                #expect(c[i].isFinite == (i / columns != 3 && i % columns != 39))
            }
        }
    }
}
