import CKernels
import TestSupport
import Testing

/// Every variant by name. Those beyond what the CPU runs are capped and then repeat the widest that it does.
struct Variant: Sendable, CustomTestStringConvertible {
    let isa: tb_isa
    let testDescription: String

    static let all = [
        Variant(isa: TB_ISA_PORTABLE, testDescription: "portable"),
        Variant(isa: TB_ISA_AVX2, testDescription: "AVX2"),
        Variant(isa: TB_ISA_AVX512, testDescription: "AVX-512"),
    ]
}

/// An RGB picture of one of the kinds that kernels go wrong on.
struct Picture: Sendable {
    let name: String
    let width: Int
    let height: Int
    let pixels: [UInt8]

    init(_ name: String, _ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int, _ c: Int) -> Int) {
        self.name = "\(name) \(width)x\(height)"
        self.width = width
        self.height = height
        pixels = (0..<3 * width * height).map { i in
            UInt8(value(i / 3 % width, i / 3 / width, i % 3))
        }
    }

    /// Smooth gradients, random noise, a checker of extremes, and single bright pixels on black.
    static func all(_ width: Int, _ height: Int) -> [Picture] {
        var random = SeededRandom(UInt64(width * 1000 + height))
        let noise = random.bytes(3 * width * height)
        return [
            Picture("gradient", width, height) { x, y, c in ((3 + c) * x + (5 - c) * y) / 2 % 256 },
            Picture("noise", width, height) { x, y, c in Int(noise[3 * (y * width + x) + c]) },
            Picture("checker", width, height) { x, y, c in (x / 3 + y / 2 + c) % 2 * 255 },
            Picture("isolated pixels", width, height) { x, y, c in (x * 7 + y * 11) % 53 == 20 ? 255 - 40 * c : 0 },
        ]
    }
}

/// 64-byte aligned memory for one kernel call, filled with what no kernel may rely on.
func withScratch<T>(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> T) -> T {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: bytes)
    return body(memory)
}
