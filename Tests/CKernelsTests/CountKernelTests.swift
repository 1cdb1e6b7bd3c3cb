import CKernels
import TestSupport
import Testing

@Suite struct CountKernelTests {

    private struct Input {
        let x: [UInt8]
        let y: [UInt8]
        let mask: [UInt8]

        init(_ pixels: Int, channels: Int, max: UInt8 = 255) {
            var random = SeededRandom(UInt64(pixels))
            x = random.bytes(channels * pixels, max: max)
            y = random.bytes(channels * pixels, max: max)
            mask = random.bytes(pixels, max: 2)
        }
    }

    @Test(arguments: [1, 13, 4096, 4096 * 2 + 5]) func `squared errors are summed by region, true and wrapped`(
        _ pixels: Int
    ) {
        let input = Input(pixels, channels: 3)
        var expected = [[UInt64]](repeating: [0, 0, 0], count: 2)
        for i in 0..<3 * pixels {
            let difference = Int(input.x[i]) - Int(input.y[i])
            let byte = input.x[i] &- input.y[i]
            for region in [0, input.mask[i / 3] == 0 ? 2 : 1] {
                expected[0][region] += UInt64(difference * difference)
                expected[1][region] += UInt64(byte &* byte)
            }
        }
        var squares = [UInt64](repeating: 9, count: 3)
        var wrapped = squares
        tb_squared_error(input.x, input.y, input.mask, pixels, &squares, &wrapped)
        #expect([squares, wrapped] == expected)
        tb_squared_error(input.x, input.y, nil, pixels, &squares, &wrapped)
        #expect([squares, wrapped] == [[expected[0][0], 0, 0], [expected[1][0], 0, 0]])
    }

    @Test func `squared errors of opposite extremes do not overflow a block`() {
        let pixels = 4096 * 3
        let (black, white) = ([UInt8](repeating: 0, count: 3 * pixels), [UInt8](repeating: 255, count: 3 * pixels))
        var squares = [UInt64](repeating: 9, count: 3)
        var wrapped = squares
        tb_squared_error(black, white, [UInt8](repeating: 1, count: pixels), pixels, &squares, &wrapped)
        #expect(squares == [UInt64(3 * pixels * 65025), UInt64(3 * pixels * 65025), 0])
        #expect(wrapped == [UInt64(3 * pixels), UInt64(3 * pixels), 0])
    }

    @Test(arguments: [1, 13, 4096 * 2 + 5, (1 << 20) + 9]) func `edge pixels are counted by region`(_ pixels: Int) {
        let input = Input(pixels, channels: 1, max: 2)
        var expected = [[UInt64]](repeating: [0, 0, 0], count: 3)
        for i in 0..<pixels {
            let place: Int
            switch (input.x[i] != 0, input.y[i] != 0) {
            case (true, true): place = 0
            case (false, true): place = 1
            case (true, false): place = 2
            case (false, false): continue
            }
            for region in [0, input.mask[i] == 0 ? 2 : 1] { expected[region][place] += 1 }
        }
        var counts = [(UInt64, UInt64, UInt64)](repeating: (9, 9, 9), count: 3)
        tb_edge_counts(input.x, input.y, input.mask, pixels, &counts)
        #expect(counts.map { [$0.0, $0.1, $0.2] } == expected)
        tb_edge_counts(input.x, input.y, nil, pixels, &counts)
        #expect(counts.map { [$0.0, $0.1, $0.2] } == [expected[0], [0, 0, 0], [0, 0, 0]])
    }

    @Test(arguments: [1, 13, 4096 * 2 + 5]) func `label pairs are added to a histogram by region`(_ pixels: Int) {
        let input = Input(pixels, channels: 1)
        var expected = [UInt32](repeating: 3, count: 2 * 65536)
        for i in 0..<pixels {
            expected[(input.mask[i] == 0 ? 0 : 65536) + Int(input.x[i]) * 256 + Int(input.y[i])] += 1
        }
        var counts = [UInt32](repeating: 3, count: 2 * 65536)
        tb_label_histogram(input.x, input.y, input.mask, pixels, &counts)
        #expect(counts == expected)
        tb_label_histogram(input.x, input.y, nil, pixels, &counts)
        #expect(counts[65536...] == expected[65536...])
        #expect(counts.reduce(0, +) == expected.reduce(0, +) + UInt32(pixels))
    }

    @Test(arguments: [1, 13, 4096 * 2 + 5]) func `the byte range is the least and the greatest byte`(_ count: Int) {
        var random = SeededRandom(5)
        for _ in 0..<20 {
            let bytes = random.bytes(count, max: 200).map { $0 + 20 }
            var (low, high): (UInt8, UInt8) = (7, 7)
            tb_byte_range(bytes, count, &low, &high)
            #expect(low == bytes.min() && high == bytes.max())
        }
    }
}
