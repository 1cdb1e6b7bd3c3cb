import Experiment
import Tensors
import TestSupport
import Testing

@testable import Perception

@Suite struct DistanceHeadsTests {
    private let folder = TemporaryFolder()

    private func write(_ tensors: [String: [Float]]) throws -> String {
        let path = folder.file("heads.safetensors")
        try SafetensorsWriter.write(
            tensors.mapValues { Tensor(shape: [1, $0.count, 1, 1], values: $0) }, to: path)
        return path
    }

    @Test func `weights are read in the order of the taps`() throws {
        let path = try write(["lin1": [3, 0], "lin0": [0.5]])
        #expect(try DistanceHeads(path: path, taps: 2).weights == [[0.5], [3, 0]])
    }

    @Test(
        arguments: [
            (["lin0": [1]], "no 'lin1'"), (["lin0": [1], "lin1": [1], "lin2": [1]], "more than the 2 taps"),
            (["lin0": [1], "lin1": [-1]], "'lin1' has weights that are negative"),
            (["lin0": [.nan], "lin1": [1]], "'lin0' has weights that are negative or not finite"),
            (["lin0": [], "lin1": [1]], "'lin0'"),
        ] as [([String: [Float]], String)])
    func `heads that do not fit are refused in one sentence`(tensors: [String: [Float]], words: String) throws {
        let path = try write(tensors)
        let error = #expect(throws: BenchError.self) { try DistanceHeads(path: path, taps: 2) }
        #expect(error?.code == .unusableInput && error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
    }

    @Test func `a file that is no safetensors file is refused`() throws {
        let path = try folder.write("heads", to: "heads.safetensors")
        #expect(throws: BenchError.self) { try DistanceHeads(path: path, taps: 1) }
    }
}
