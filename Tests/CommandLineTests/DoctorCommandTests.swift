import Foundation
import Tensors
import TestSupport
import Testing

/// What `doctor` says of the kernels that multiply matrices: the program's own, or OpenBLAS', which a variable of its own can
/// slow down.
@Suite struct DoctorCommandTests {
    private let folder = TemporaryFolder()

    private func matrices(_ environment: [String: String]) throws -> [String] {
        let lines = try program.run(["doctor"], in: folder, environment: environment).output.split(separator: "\n")
        let place = try #require(lines.firstIndex { $0.contains("matrices ") })
        return lines[place..<min(place + 2, lines.count)].map(String.init)
    }

    @Test(.enabled(if: Kernels.multiplyMatrices))
    func `own kernels are named, and what OpenBLAS would run does not matter`() throws {
        let said = try matrices([MatrixLibrary.variable: "Prescott"])
        #expect(said[0].hasPrefix("✔") && said[0].contains("own, \(Kernels.instructionSet) kernels: "))
        #expect(said[0].contains("GFLOP/s a core of the"))
        #expect(said.count < 2 || !said[1].contains("OPENBLAS_CORETYPE"))
    }

    @Test(.enabled(if: MatrixLibrary.loaded.hasOthers && MatrixLibrary.loaded.processor > .sse))
    func `old kernels of OpenBLAS are shown with their remedy, and a person's choice stands`() throws {
        let said = try matrices(["TRANSFERBENCH_KERNELS": "portable", MatrixLibrary.variable: "Prescott"])
        #expect(said[0].hasPrefix("!") && said[0].contains("Prescott kernels (SSE, where the processor has AVX"))
        #expect(said[0].contains("GFLOP/s a core of the"))
        #expect(said[1].contains("→ unset OPENBLAS_CORETYPE (it asks for 'Prescott')"))
    }

    @Test(.enabled(if: MatrixLibrary.loaded.asked == nil && MatrixLibrary.loaded.hasOthers))
    func `OpenBLAS runs the processor's kernels where nobody asks for others`() throws {
        let said = try matrices(["TRANSFERBENCH_KERNELS": "portable"])
        #expect(said[0].hasPrefix("✔") && said[0].contains(MatrixLibrary.loaded.description))
        #expect(said.count < 2 || !said[1].contains("OPENBLAS_CORETYPE"))
    }
}
