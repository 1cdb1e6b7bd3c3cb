internal import CKernels

/// The hot loops' variant that this machine runs.
public enum Kernels {
    public static var instructionSet: String {
        switch tb_isa_best() {
        case TB_ISA_AVX512: "AVX-512"
        case TB_ISA_AVX2: "AVX2"
        default: "portable"
        }
    }

    /// Whether the program's own kernels multiply matrices; where not, OpenBLAS does.
    public static var multiplyMatrices: Bool {
        #if arch(x86_64)
            tb_isa_best().rawValue >= TB_ISA_AVX2.rawValue  // without fused multiply-adds ours are slow
        #else
            true
        #endif
    }

    /// What multiplies matrices, as the environment of a score holds it.
    public static var matrices: String {
        multiplyMatrices ? "own, \(instructionSet) kernels" : MatrixLibrary.loaded.description
    }
}
