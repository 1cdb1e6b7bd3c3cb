import Tensors
import Testing

@Suite struct KernelsTests {
    @Test func `the kernels name what they use`() {
        #expect(["portable", "AVX2", "AVX-512"].contains(Kernels.instructionSet))
        #expect(
            Kernels.matrices
                == (Kernels.multiplyMatrices
                    ? "own, \(Kernels.instructionSet) kernels" : MatrixLibrary.loaded.description))
    }

    @Test func `a core's products stay below what its registers allow`() {
        let speed = MatrixSpeed.measure()
        #expect(speed.product > 0)
        #expect(speed.ceiling > 0)
    }
}
