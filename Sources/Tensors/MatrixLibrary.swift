internal import COpenBLAS
internal import COpenBLASCore
internal import Foundation

/// OpenBLAS as it runs here, for processors that the program's own kernels are not for: it has kernels for many, and results
/// differ in the last bits between them.
public struct MatrixLibrary: Sendable, Equatable {
    /// Instruction sets that it has kernels for, each with all before it.
    public enum InstructionSet: Int, Sendable, Comparable {
        /// Another architecture, or a core that is not known here.
        case unknown, sse, avx, avx2, avx512

        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

        public var name: String {
            switch self {
            case .unknown: "unknown"
            case .sse: "SSE"
            case .avx: "AVX"
            case .avx2: "AVX2"
            case .avx512: "AVX-512"
            }
        }
    }

    /// The variable by which a person chooses the kernels.
    public static let variable = "OPENBLAS_CORETYPE"

    /// Such as 0.3.21; empty when the library does not say.
    public let version: String
    /// The processor that the kernels were written for, as the library calls it: SkylakeX, Haswell.
    public let core: String
    /// What the kernels use, and what the processor has.
    public let kernels, processor: InstructionSet
    /// Whether the library holds kernels for several processors.
    public let hasOthers: Bool
    /// The core that `variable` asks for; nil when nobody asks.
    public let asked: String?

    public init(
        version: String, core: String, kernels: InstructionSet, processor: InstructionSet, hasOthers: Bool,
        asked: String?
    ) {
        (self.version, self.core, self.kernels, self.processor) = (version, core, kernels, processor)
        (self.hasOthers, self.asked) = (hasOthers, asked)
    }

    /// The library that this program has loaded.
    public static var loaded: MatrixLibrary {
        let words = String(cString: blas_configuration()).split(separator: " ").map(String.init)
        let core = String(cString: blas_core())
        return MatrixLibrary(
            version: words.count > 1 && words[0] == "OpenBLAS" ? words[1] : "", core: core,
            kernels: InstructionSet(blas_core_isa(core)), processor: InstructionSet(blas_processor_isa()),
            hasOthers: words.contains("DYNAMIC_ARCH"), asked: ProcessInfo.processInfo.environment[variable])
    }

    /// Name, version and kernels.
    public var description: String { "OpenBLAS\(version.isEmpty ? "" : " \(version)"), \(core) kernels" }

    /// Whether the kernels leave instructions unused that the processor has.
    public var isBelowProcessor: Bool { kernels != .unknown && kernels < processor }

    /// What gives the processor its kernels; nil when it has them.
    public var remedy: String? {
        guard isBelowProcessor else { return nil }
        if let asked { return "unset \(Self.variable) (it asks for '\(asked)')" }
        return hasOthers
            ? "export \(Self.variable)=\(Self.better(than: core, processor) ?? core)"
            : "apt-get install libopenblas0-pthread, or another OpenBLAS with kernels for every processor (DYNAMIC_ARCH)"
    }

    /// The core that the library is given in place of one, by which instruction sets go; nil when none is better.
    static func better(than core: String, _ processor: InstructionSet) -> String? {
        blas_better_core(core, blas_isa(UInt32(processor.rawValue))).map { String(cString: $0) }
    }
}

extension MatrixLibrary.InstructionSet {
    fileprivate init(_ isa: blas_isa) { self = Self(rawValue: Int(isa.rawValue)) ?? .unknown }
}
