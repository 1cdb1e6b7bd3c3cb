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
}
