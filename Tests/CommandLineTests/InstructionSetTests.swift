import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// The shipped model's video, frame for frame, under each set of instructions that kernels exist for.
@Suite struct InstructionSetTests {
    private static let world = Places.repository.appendingPathComponent("Fixtures/tinyworld").path
    /// SHA-256 of the nine frames' RGB bytes.
    private static let recorded = "44ec7f1024d4ce2ef5e07f68169d06727f247bf8d813bef80a63a7484d61b97a"

    private let folder = TemporaryFolder()

    @Test(.enabled(if: Kernels.multiplyMatrices, "OpenBLAS' bits are its own"), arguments: ["avx2", "avx512"])
    func `a seed gives the recorded video, byte for byte, on any processor with fused multiply-adds`(
        _ kernels: String
    ) throws {
        let suite = """
            suite: small
            title: One video
            dataset: \(Self.world)/clips
            clips: [driving_000001]
            generator:
              embedded: {weights: \(Self.world)/weights, steps: 3, guidance: 2}
            controls: {vis: very_low}
            configurations:
              - {name: Vis, weights: {vis: 1}}
            metrics:
              blur-ssim: {diameter: 5, sigma-color: 150, sigma-space: 9}
            """
        try Data(suite.utf8).write(to: URL(fileURLWithPath: folder.file("suite.yaml")))
        let made = try program.run(["run", "suite.yaml"], in: folder, environment: ["TRANSFERBENCH_KERNELS": kernels])
        #expect(made.status == 0, "\(made.errors)")
        let frames = try openFrames(folder.file("small-videos/small/Vis/driving_000001.mkv"))
        var bytes = Data()
        while let frame = try frames.next() { bytes += frame.pixels }
        try bytes.write(to: URL(fileURLWithPath: folder.file("frames.rgb")))
        #expect(try Artifact(hashing: folder.file("frames.rgb")).sha256 == Self.recorded)
    }
}
