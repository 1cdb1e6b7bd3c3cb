import CKernels
import TestSupport
import Testing

@Suite struct NIQEKernelTests {
    private static let window = [0.34, 0.2, 0.1, 0.03]

    private func coefficients(
        _ picture: [Double], width: Int, height: Int, block: Int, _ isa: tb_isa
    ) -> (coefficients: [Double], sharpness: [Double], moments: [Double]) {
        let blocks = width / block
        var out = [Double](repeating: .nan, count: width * block)
        var sharpness = [Double](repeating: .nan, count: blocks)
        var moments = [Double](repeating: .nan, count: blocks * TB_NIQE_PRODUCTS * TB_NIQE_MOMENTS)
        var scratch = [Double](repeating: .nan, count: tb_niqe_scratch_doubles(Int32(width)))
        tb_niqe_coefficients(
            isa, picture, Int32(width), Int32(height), Int32(height - block), Int32(block), Self.window, &out,
            &sharpness, &scratch)
        tb_niqe_moments(isa, out, Int32(width), Int32(block), &moments)
        return (out, sharpness, moments)
    }

    private func picture(_ count: Int) -> [Double] {
        var random = SeededRandom(UInt64(count))
        return random.bytes(count).map(Double.init)
    }

    @Test(arguments: [(16, 2), (32, 3), (30, 1), (50, 2)])
    func `variants give the same bits`(block: Int, columns: Int) {
        let (width, height) = (block * columns, block + 6)
        let picture = picture(width * height)
        let portable = coefficients(picture, width: width, height: height, block: block, TB_ISA_PORTABLE)
        for isa in [TB_ISA_AVX2, TB_ISA_AVX512] {
            let other = coefficients(picture, width: width, height: height, block: block, isa)
            #expect(other.coefficients == portable.coefficients)
            #expect(other.sharpness == portable.sharpness)
            #expect(other.moments == portable.moments)
        }
    }

    @Test func `moments are those of the definition, with neighbours that wrap round in the block`() {
        let (block, columns) = (18, 2)
        let width = block * columns
        let values = picture(width * block).map { $0 / 128 - 1 }
        var moments = [Double](repeating: .nan, count: columns * TB_NIQE_PRODUCTS * TB_NIQE_MOMENTS)
        tb_niqe_moments(tb_isa_best(), values, Int32(width), Int32(block), &moments)
        var next = 0
        for column in 0..<columns {
            func at(_ y: Int, _ x: Int) -> Double {
                values[(y + block) % block * width + column * block + (x + block) % block]
            }
            for (dy, dx) in [(0, 0), (0, -1), (-1, 0), (-1, -1), (-1, 1)] {
                let products = (0..<block * block).map { i -> Double in
                    let (y, x) = (i / block, i % block)
                    return (dy, dx) == (0, 0) ? at(y, x) : at(y, x) * at(y + dy, x + dx)
                }
                let (below, above) = (products.filter { $0 < 0 }, products.filter { $0 > 0 })
                let expected = [
                    Double(below.count), Double(above.count), below.reduce(0) { $0 + $1 * $1 },
                    above.reduce(0) { $0 + $1 * $1 }, products.reduce(0) { $0 + abs($1) },
                ]
                for (ours, theirs) in zip(moments[next..<next + 5], expected) { #expect(abs(ours - theirs) < 1e-11) }
                next += 5
            }
        }
    }

    @Test func `a flat picture has no coefficients at all`() {
        let (width, height, block) = (32, 40, 16)
        let flat = [Double](repeating: 77, count: width * height)
        let ours = coefficients(flat, width: width, height: height, block: block, tb_isa_best())
        #expect(ours.coefficients.allSatisfy { $0 == 0 })
        #expect(ours.moments.allSatisfy { $0 == 0 })
    }

    @Test func `halving keeps a flat picture and averages a checkerboard`() {
        let (width, height) = (24, 16)
        var out = [Double](repeating: .nan, count: width * height / 4)
        var scratch = [Double](repeating: .nan, count: width)
        tb_niqe_halve([Double](repeating: 201, count: width * height), Int32(width), Int32(height), &out, &scratch)
        #expect(out.allSatisfy { $0 == 201 })
        let board = (0..<width * height).map { Double(($0 / width + $0 % width) % 2 * 200) }
        tb_niqe_halve(board, Int32(width), Int32(height), &out, &scratch)
        #expect(out[5 * 12 + 5] == 100)
    }
}
