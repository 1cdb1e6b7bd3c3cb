import Experiment
import Foundation
import TestSupport
import Testing

@testable import Perception

@Suite struct NetworkCheckTests {
    private let folder = TemporaryFolder()

    /// A network around one of the small models, as a card says.
    private func network(
        _ model: String, input: String = "picture", size: SizeRule = .native(multipleOf: 1, least: 4),
        scale: PictureInput.Scale = .unit, output: String
    ) throws -> NetworkFolder {
        let source = Places.repository.appendingPathComponent("Fixtures/references/perception/runtime/\(model).onnx")
        let path = try folder.write([UInt8](try Data(contentsOf: source)), to: "n/model.onnx")
        let card = NetworkCard(
            name: model, task: .depth,
            files: [.init(role: "model", file: "model.onnx", sha256: try Artifact(hashing: path).sha256)],
            input: PictureInput(name: input, size: size, scale: scale), outputs: ["depth": output], meaning: "",
            licence: "", source: "")
        try folder.write(card.text(), to: "n/network.json")
        return try NetworkFolder(path: folder.file("n"))
    }

    private func problem(_ network: NetworkFolder) throws -> String {
        try #require(#expect(throws: BenchError.self) { try NetworkCheck(network) }).sentence
    }

    @Test func `inputs and outputs must be those of the card`() throws {
        #expect(try NetworkCheck(try network("grey", output: "grey")).opset == 13)
        #expect(try problem(try network("grey", input: "x", output: "grey")).contains("'input.name' is 'x', which no"))
        #expect(try problem(try network("grey", output: "gray")).contains("they give grey, twice"))
        #expect(try problem(try network("types", input: "ids", output: "half")).contains("takes int64"))
        #expect(try problem(try network("truncated", output: "grey")).contains("truncated"))
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence)) func `a network is run on a small picture`() throws {
        let runtime = try #require(Runtime.shared)
        #expect(try NetworkCheck(try network("grey", output: "twice")).run(on: runtime, threads: 1) == .ran)
        #expect(try NetworkCheck(try network("types", output: "half")).run(on: runtime, threads: 1) == .loaded)
        func failure(_ network: NetworkFolder) throws -> BenchError {
            let check = try NetworkCheck(network)
            return try #require(#expect(throws: BenchError.self) { try check.run(on: runtime, threads: 1) })
        }
        let infinite = try failure(try network("logarithm", output: "log"))
        #expect(infinite.code == .unusableInput && infinite.sentence.contains("NaN or infinite"))
        #expect(try failure(try network("future", output: "same")).code == .unusableInput)
    }

    @Test func `a shelf shows what is whole and what is not`() throws {
        _ = try network("grey", output: "grey")
        try folder.write("{}", to: "broken/network.json")
        try folder.write("a", to: "papers/thesis.txt")
        try folder.write("{}", to: ".hidden/network.json")
        let entries = try NetworkShelf(path: folder.path).entries
        #expect(entries.map { URL(fileURLWithPath: $0.path).lastPathComponent } == ["broken", "n"])
        #expect(entries[0].bytes == 0 && entries[1].bytes == 227)
        #expect(throws: BenchError.self) { try entries[0].network.get() }
        #expect(try NetworkShelf(path: folder.file("n")).entries.count == 1)
        #expect(throws: BenchError.self) { try NetworkShelf(path: folder.file("none")) }
    }
}
