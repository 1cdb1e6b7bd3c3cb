import CKernels
import TestSupport
import Testing

@Suite struct TokenizerKernelTests {
    private static func noise(_ count: Int, _ seed: UInt64) -> [Float] {
        var random = SeededRandom(seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    private static let panel = Int(TB_PANEL)
    private static func panels(_ columns: Int) -> Int { (columns + panel - 1) / panel }

    /// Weights [columns][depth] as panels.
    private static func packed(_ w: [Float], _ columns: Int, _ depth: Int, _ isa: tb_isa) -> [Float] {
        var result = [Float](repeating: .nan, count: panels(columns) * depth * panel)
        var tap = tb_tap(offset: 0, diagonal: 0)
        tb_pack_panels(isa, w, columns, depth, depth, 1, &tap, 1, &result, depth * panel, 0, panels(columns))
        return result
    }

    private static func product(
        _ x: [Float], _ w: [Float], rows: Int, depth: Int, columns: Int, residual: [Float], _ isa: tb_isa
    ) -> [Float] {
        let bias = noise(columns, 3)
        var out = residual
        // Two parts: the first third of each row, and the rest.
        let cut = depth / 3
        x.withUnsafeBufferPointer { x in
            let parts = [
                tb_rows(start: x.baseAddress!, stride: depth, width: cut),
                tb_rows(start: x.baseAddress! + cut, stride: depth, width: depth - cut),
            ]
            out.withUnsafeMutableBufferPointer { out in
                tb_multiply_panels(
                    isa, parts, 2, packed(w, columns, depth, isa), bias, out.baseAddress!, out.baseAddress!, columns,
                    panel,
                    rows, columns)
            }
        }
        return out
    }

    @Test(arguments: [(1, 1, 1), (3, 7, 5), (14, 33, 32), (29, 64, 47), (113, 20, 70)])
    func `products with panels are sums of products, the same bits in every variant`(
        _ rows: Int, _ depth: Int, _ columns: Int
    ) {
        let (x, w) = (Self.noise(rows * depth, 1), Self.noise(columns * depth, 2))
        let residual = Self.noise(rows * columns, 4)
        let bias = Self.noise(columns, 3)
        let results = Variant.all.map {
            Self.product(x, w, rows: rows, depth: depth, columns: columns, residual: residual, $0.isa)
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
        for r in 0..<rows {
            for c in 0..<columns {
                let sum = (0..<depth).reduce(0.0) { $0 + Double(x[r * depth + $1]) * Double(w[c * depth + $1]) }
                let want = sum + Double(bias[c]) + Double(residual[r * columns + c])
                #expect(abs(Double(results[0][r * columns + c]) - want) < 1e-5)
            }
        }
    }

    @Test func `panels hold sums of taps and what is added to the diagonal`() {
        let (rows, columns) = (37, 5)
        let w = Self.noise(rows * columns * 3, 5)
        let taps = [tb_tap(offset: 0, diagonal: 0.5), tb_tap(offset: 2, diagonal: 0)]
        for variant in Variant.all {
            var panels = [Float](repeating: .nan, count: 2 * columns * Self.panel)
            tb_pack_panels(
                variant.isa, w, rows, columns, 3 * columns, 3, taps, 2, &panels, columns * Self.panel, 0, 2)
            for p in 0..<2 {
                for k in 0..<columns {
                    for l in 0..<Self.panel {
                        let row = p * Self.panel + l
                        let at = (row * columns + k) * 3
                        let want = row < rows ? w[at] + w[at + 2] + (row == k ? 0.5 : 0) : 0
                        #expect(abs(panels[(p * columns + k) * Self.panel + l] - want) < 1e-6)
                    }
                }
            }
        }
    }

    /// A 3x3 convolution of a frame in squares.
    private static func convolution(
        _ x: [Float], height: Int, width: Int, inputs: Int, outputs: Int, _ w: [Float], diagonal: Float, _ isa: tb_isa
    ) -> [Float] {
        let (down, across) = ((height + 3) / 4, (width + 3) / 4)
        let squares = down * across
        var filters = [Float](repeating: .nan, count: 36 * panels(outputs) * inputs * panel)
        tb_winograd_filters(isa, w, outputs, inputs, diagonal, &filters, 0, panels(outputs))
        var window = [Float](repeating: .nan, count: (4 * down + 2) * (4 * across + 2) * inputs)
        var place = tb_window(top: -1, left: -1, height: 4 * down + 2, width: 4 * across + 2, halving: 0, silu: 0)
        tb_read_window(isa, x, height, width, inputs, &place, nil, nil, &window)
        var points = [Float](repeating: .nan, count: 36 * squares * inputs)
        tb_winograd_split(isa, window, down, across, inputs, &points)
        var products = [Float](repeating: .nan, count: 36 * squares * outputs)
        for i in 0..<36 {
            points.withUnsafeBufferPointer { points in
                filters.withUnsafeBufferPointer { filters in
                    products.withUnsafeMutableBufferPointer { products in
                        var part = tb_rows(
                            start: points.baseAddress! + i * squares * inputs, stride: inputs, width: inputs)
                        tb_multiply_panels(
                            isa, &part, 1, filters.baseAddress! + i * panels(outputs) * inputs * panel, nil, nil,
                            products.baseAddress! + i * squares * outputs, outputs, panel, squares, outputs)
                    }
                }
            }
        }
        var out = [Float](repeating: .nan, count: height * width * outputs)
        tb_winograd_join(isa, products, down, across, outputs, noise(outputs, 3), &out, height, width)
        return out
    }

    @Test(arguments: [(4, 4, 16, 16), (5, 7, 3, 2), (9, 4, 20, 33), (1, 13, 17, 5)])
    func `convolution in squares is the 3x3 convolution, the same bits in every variant`(
        _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int
    ) {
        let x = Self.noise(height * width * inputs, 1)
        let w = Self.noise(outputs * inputs * 9, 2)
        let bias = Self.noise(outputs, 3)
        let results = Variant.all.map {
            Self.convolution(
                x, height: height, width: width, inputs: inputs, outputs: outputs, w, diagonal: 1, $0.isa)
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
        var (error, most) = (0.0, 0.0)
        for y in 0..<height {
            for column in 0..<width {
                for o in 0..<outputs {
                    var sum = Double(bias[o])
                    for tap in 0..<9 {
                        let (a, b) = (y + tap / 3 - 1, column + tap % 3 - 1)
                        guard 0..<height ~= a, 0..<width ~= b else { continue }
                        for i in 0..<inputs {
                            let weight = Double(w[(o * inputs + i) * 9 + tap]) + (tap == 4 && o == i ? 1 : 0)
                            sum += weight * Double(x[(a * width + b) * inputs + i])
                        }
                    }
                    error = max(error, abs(Double(results[0][(y * width + column) * outputs + o]) - sum))
                    most = max(most, abs(sum))
                }
            }
        }
        #expect(error / most < 5e-6)
    }

    @Test func `a window is the normalised frame with zeros around it, and doubled when asked`() {
        let (height, width, channels) = (3, 2, 19)
        let x = Self.noise(height * width * channels, 1)
        let (scale, shift) = (Self.noise(channels, 2), Self.noise(channels, 3))
        for halving in 0...1 {
            let results = Variant.all.map { variant in
                var window = [Float](repeating: .nan, count: 8 * 7 * channels)
                var place = tb_window(top: -1, left: -1, height: 8, width: 7, halving: halving, silu: 1)
                tb_read_window(variant.isa, x, height, width, channels, &place, scale, shift, &window)
                return window
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
            for row in 0..<8 {
                for column in 0..<7 {
                    let (a, b) = (row - 1, column - 1)
                    let isInside = 0..<height << halving ~= a && 0..<width << halving ~= b
                    for c in 0..<channels {
                        var want: Float = 0
                        if isInside {
                            let v = x[((a >> halving) * width + b >> halving) * channels + c] * scale[c] + shift[c]
                            want = v / (1 + Float(1 / exponential(Double(v))))
                        }
                        #expect(abs(results[0][(row * 7 + column) * channels + c] - want) < 1e-6)
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 15, 16, 21])
    func `attention over frames weighs values by the softmax of the logits`(_ frames: Int) {
        let (pixels, width) = (3, 21)
        let q = Self.noise(pixels * width, 1)
        let keys = (0..<frames).map { Self.noise(pixels * width, UInt64(10 + $0)) }
        let values = (0..<frames).map { Self.noise(pixels * width, UInt64(50 + $0)) }
        let results = Variant.all.map { variant in
            var out = [Float](repeating: .nan, count: pixels * width)
            var logits = [Float](repeating: .nan, count: frames + 16)
            withPointers(keys) { keys in
                withPointers(values) { values in
                    tb_attend_frames(variant.isa, q, keys, values, frames, 0.7, &out, pixels, width, &logits)
                }
            }
            return out
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
        for p in 0..<pixels {
            let weights = keys.map { key in
                exponential(
                    0.7 * (0..<width).reduce(0.0) { $0 + Double(q[p * width + $1]) * Double(key[p * width + $1]) })
            }
            for c in 0..<width {
                let sum = zip(weights, values).reduce(0.0) { $0 + $1.0 * Double($1.1[p * width + c]) }
                #expect(abs(Double(results[0][p * width + c]) - sum / weights.reduce(0, +)) < 1e-6)
            }
        }
    }

    @Test func `moments are those of the numbers, the same bits in every variant`() {
        let x = Self.noise(1003, 8).map { 100 + $0 }
        let results = Variant.all.map { variant in
            var sums = [1.0, 2.0]
            tb_moments(variant.isa, x, x.count, &sums)
            return sums
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
        #expect(abs(results[0][0] - 1 - x.reduce(0.0) { $0 + Double($1) }) < 1e-8)
        #expect(abs(results[0][1] - 2 - x.reduce(0.0) { $0 + Double($1) * Double($1) }) < 1e-5)
    }

    @Test(arguments: [0, 1, 2, 3, 4])
    func `Haar patches follow their formula and go back exactly`(_ levels: Int) {
        let (edge, rows, across, colours) = (1 << levels, 2, 3, 3)
        let (height, width) = (rows * edge, across * edge)
        // Multiples of 1/128: every sum and every division by a power of two is exact.
        let frames = (0..<edge).map { f in
            Self.noise(colours * height * width, UInt64(f)).map { ($0 * 128).rounded() / 128 }
        }
        let channels = colours << (3 * levels)
        var patches = [Float](repeating: .nan, count: rows * across * channels)
        withPointers(frames) { tb_haar_split($0, height * width, width, colours, levels, &patches, 0, rows) }

        for channel in 0..<channels {
            // Channel = bands of the coarsest level, …, bands of the finest, colour.
            var sum: Float = 0
            for t in 0..<edge {
                for y in 0..<edge {
                    for x in 0..<edge {
                        var band = channel / colours
                        var sign = 0
                        for level in 0..<levels {
                            sign +=
                                (band >> 2 & 1) * (t >> level & 1) + (band >> 1 & 1) * (y >> level & 1)
                                + (band & 1) * (x >> level & 1)
                            band >>= 3
                        }
                        let pixel = frames[t][(channel % colours * height + edge + y) * width + 2 * edge + x]
                        sum += sign % 2 == 0 ? pixel : -pixel
                    }
                }
            }
            let place = ((rows - 1) * across + across - 1) * channels + channel
            #expect(patches[place] == sum / Float(1 << (3 * levels)))
        }

        var back = frames.map { [Float](repeating: .nan, count: $0.count) }
        for f in 0..<edge {
            back[f].withUnsafeMutableBufferPointer { frame in
                var pointers = [UnsafeMutablePointer<Float>?](repeating: nil, count: edge)
                pointers[f] = frame.baseAddress!
                tb_haar_join(patches, width, colours, levels, pointers, height * width, 0, rows)
            }
        }
        #expect(back == frames)
    }
}

/// e^x by its series, so that the test needs no other library.
private func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for i in 1..<60 {
        term *= x / Double(i)
        sum += term
    }
    return sum
}

private func withPointers(_ arrays: [[Float]], _ body: ([UnsafePointer<Float>]) -> Void) {
    let memory = arrays.map { array in
        let copy = UnsafeMutablePointer<Float>.allocate(capacity: array.count)
        copy.initialize(from: array, count: array.count)
        return copy
    }
    body(memory.map { UnsafePointer($0) })
    for copy in memory { copy.deallocate() }
}
