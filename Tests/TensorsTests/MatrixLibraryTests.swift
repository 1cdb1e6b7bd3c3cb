import Foundation
import Testing

@testable import Tensors

@Suite struct MatrixLibraryTests {
    private func library(
        _ core: String, _ kernels: MatrixLibrary.InstructionSet, on processor: MatrixLibrary.InstructionSet,
        hasOthers: Bool = true, asked: String? = nil
    ) -> MatrixLibrary {
        MatrixLibrary(
            version: "0.3.21", core: core, kernels: kernels, processor: processor, hasOthers: hasOthers, asked: asked)
    }

    @Test(
        arguments: [
            // What Debian's library takes for a server that it does not know, and what the server has.
            ("Prescott", .avx512, "SkylakeX"), ("Prescott", .avx2, "Haswell"), ("Prescott", .avx, "Sandybridge"),
            // AMD's later processors, known as their forebears.
            ("Zen", .avx512, "SkylakeX"), ("Barcelona", .avx2, "Haswell"), ("bulldozer", .avx2, "Haswell"),
            // The right ones, and ones that came later.
            ("Prescott", .sse, nil), ("SkylakeX", .avx512, nil), ("Cooperlake", .avx512, nil), ("Zen", .avx2, nil),
            ("Excavator", .avx2, nil), ("SapphireRapids", .avx512, nil), ("SkylakeX", .avx2, nil),
            ("GraniteRapids", .avx512, nil), ("NEOVERSEN1", .unknown, nil), ("", .avx512, nil),
        ] as [(String, MatrixLibrary.InstructionSet, String?)])
    func `kernels go by what the processor has`(
        _ core: String, _ processor: MatrixLibrary.InstructionSet, _ better: String?
    ) {
        #expect(MatrixLibrary.better(than: core, processor) == better)
    }

    @Test func `the library that is loaded runs the processor's kernels, unless a person asked for others`() {
        let loaded = MatrixLibrary.loaded
        #expect(loaded.description.contains(loaded.core) && !loaded.core.isEmpty)
        if loaded.asked == nil, loaded.hasOthers { #expect(!loaded.isBelowProcessor) }
    }

    @Test func `the remedy fits the reason`() {
        #expect(library("SkylakeX", .avx512, on: .avx512).remedy == nil)
        #expect(library("Later", .unknown, on: .avx512).remedy == nil)
        let asked = library("Prescott", .sse, on: .avx2, asked: "Prescott")
        #expect(asked.isBelowProcessor && asked.remedy == "unset OPENBLAS_CORETYPE (it asks for 'Prescott')")
        #expect(library("Zen", .avx2, on: .avx512).remedy == "export OPENBLAS_CORETYPE=SkylakeX")
        #expect(library("Core2", .sse, on: .avx2, hasOthers: false).remedy?.contains("DYNAMIC_ARCH") == true)
    }

    @Test func `products are right on the kernels that run`() {
        // Small whole numbers: every sum is exact, whatever the order.
        let (m, n, k) = (37, 29, 53)
        func number(_ i: Int) -> Float { Float(i * 7 % 11 - 5) }
        let (a, b, c) = (
            FloatBuffer((0..<m * k).map(number)), FloatBuffer((0..<n * k).map(number)), FloatBuffer(count: m * n)
        )
        let matrix = PackedMatrix(columns: n, depth: k)
        matrix.storeColumns(b.pointer, stride: k, at: 0, count: n)
        matrix.multiplyByLibrary(
            a.pointer, stride: k, rows: m, columns: 0..<n, depth: 0..<k, into: c.pointer, stride: n, adding: false)
        let expected = (0..<m * n).map { at in
            (0..<k).reduce(Float(0)) { $0 + a.pointer[at / n * k + $1] * b.pointer[at % n * k + $1] }
        }
        #expect(c.array() == expected)
    }
}
