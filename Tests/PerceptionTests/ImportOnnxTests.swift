import Foundation
import Tensors
import TestSupport
import Testing

@testable import Perception

@Suite struct ImportOnnxTests {
    private let folder = TemporaryFolder()

    private static func fixture(_ name: String) -> String {
        Places.repository.appendingPathComponent("Fixtures/references/perception/runtime/\(name).onnx").path
    }

    private func smallGraph() -> OnnxGraph {
        var graph = OnnxGraph(name: "g")
        graph.inputs = [.init(name: "x", shape: [.fixed(1), .named("n")])]
        graph.outputs = [.init(name: "y", shape: [.fixed(1), .named("n")])]
        let half = graph.weight(StoredTensor(name: "h", Tensor(shape: [1], values: [0.5])), named: "half")
        graph.node("Mul", ["x", half], to: "z")
        graph.node("Flatten", ["z"], to: "y", ["axis": .integer(-1)])
        return graph
    }

    private func error(_ bytes: [UInt8]) throws -> String {
        let path = try folder.write(bytes, to: "m.onnx")
        return try #require(#expect(throws: FileError.self) { try OnnxModel(path: path) }).description
    }

    @Test func `a graph is written byte by byte as ONNX defines it`() throws {
        try OnnxWriter.write(smallGraph(), to: folder.file("small.onnx"))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("small.onnx"))))
        func field(_ key: UInt8, _ content: [UInt8]) -> [UInt8] { [key, UInt8(content.count)] + content }
        func text(_ key: UInt8, _ text: String) -> [UInt8] { field(key, Array(text.utf8)) }
        func port(_ key: UInt8, _ name: String) -> [UInt8] {
            let shape = field(0x0a, [0x08, 1]) + field(0x0a, text(0x12, "n"))
            return field(key, text(0x0a, name) + field(0x12, field(0x0a, [0x08, 1] + field(0x12, shape))))
        }
        let axis =
            text(0x0a, "axis") + [0x18] + [UInt8](repeating: 0xff, count: 9) + [0x01] + [0xa0, 0x01, 2]
        let graph =
            field(0x0a, text(0x0a, "x") + text(0x0a, "half") + text(0x12, "z") + text(0x22, "Mul"))
            + field(0x0a, text(0x0a, "z") + text(0x12, "y") + text(0x22, "Flatten") + field(0x2a, axis))
            + text(0x12, "g") + port(0x5a, "x") + port(0x62, "y")
            + field(0x2a, [0x0a, 1, 1, 0x10, 1] + text(0x42, "half") + field(0x4a, [0, 0, 0, 0x3f]))
        let expected = [0x08, 8] + text(0x12, "transferbench") + field(0x42, [0x10, 13]) + field(0x3a, graph)
        #expect(bytes == expected)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["small.onnx"])
    }

    @Test func `what was written is read`() throws {
        try OnnxWriter.write(smallGraph(), to: folder.file("small.onnx"))
        let model = try OnnxModel(path: folder.file("small.onnx"))
        #expect(model.formatVersion == 8 && model.opset == 13 && model.producer == "transferbench" && model.nodes == 2)
        #expect(model.inputs == [.init(name: "x", element: .float32, shape: [.fixed(1), .named("n")])])
        #expect(model.outputs.map(\.name) == ["y"] && model.externalFiles.isEmpty)
        let weight = try #require(model.weights.first)
        #expect(weight.name == "half" && weight.shape == [1])
        #expect(try model.tensor(weight) == Tensor(shape: [1], values: [0.5]))
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence)) func `what was written runs`() throws {
        try OnnxWriter.write(smallGraph(), to: folder.file("small.onnx"))
        let session = try #require(Runtime.shared).session(model: folder.file("small.onnx"), threads: 1)
        #expect(try session.run(["x": NetworkTensor(shape: [1, 2], [3, 5])], outputs: ["y"])[0].floats == [1.5, 2.5])
    }

    @Test func `a graph that cannot be written leaves nothing`() throws {
        #expect(throws: FileError.self) { try OnnxWriter.write(smallGraph(), to: folder.file("none/small.onnx")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `files of other exporters are read`() throws {
        let grey = try OnnxModel(path: Self.fixture("grey"))
        #expect(grey.opset == 13 && grey.outputs.map(\.name) == ["grey", "twice"])
        #expect(grey.inputs.map(\.shapeText) == ["1x3xhxw"])
        let two = try #require(grey.weights.first)
        let values = try grey.tensor(two).values
        #expect(two.location != .other && values == [2])
        let types = try OnnxModel(path: Self.fixture("types"))
        #expect(types.inputs.map(\.element.name) == ["float32", "int64", "bool"])
        #expect(types.outputs.map(\.element.name) == ["float16", "int64", "bool"])
        #expect(try OnnxModel(path: Self.fixture("future")).opset == 99)
    }

    // MARK: damage

    private func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(content.count)) + content
    }

    /// A model around parts of its graph.
    private func model(_ graph: [UInt8]) -> [UInt8] {
        let output = field(12, field(1, Array("y".utf8)))
        return [0x08, 8] + field(8, [0x10, 13]) + field(7, graph + output)
    }

    @Test func `what is no model is refused in one sentence`() throws {
        #expect(try error([]).contains("is empty"))
        #expect(try error(Array("<html><body>not found".utf8)).contains("no ONNX model"))
        #expect(try error(Array("{\"a\": 1}".utf8)).contains("no ONNX model"))
        #expect(try error([0x08, 8]).contains("0 graphs"))
        #expect(try error([0x08, 8] + field(7, field(12, field(1, Array("y".utf8))))).contains("opset_import"))
        #expect(try error(model([]) + model([])).contains("2 graphs"))
        let truncated = #expect(throws: FileError.self) { try OnnxModel(path: Self.fixture("truncated")) }
        #expect(truncated?.reason.contains("truncated") == true)
    }

    @Test func `lengths and shapes that lie are refused`() throws {
        #expect(try error([0x08, 8, 0x3a] + varint(.max)).contains("beyond its end"))
        #expect(try error(model(field(5, [0x4a] + varint(1 << 40)))).contains("beyond the message"))
        let weight = field(8, Array("w".utf8)) + [0x10, 1]
        #expect(try error(model(field(5, weight + [0x08, 3] + field(9, [0, 0])))).contains("2 bytes for 'w'"))
        #expect(try error(model(field(5, weight + [0x08] + varint(.max) + field(9, [])))).contains("negative"))
        let huge = [UInt8](([[0x08] + varint(1 << 40), [0x08] + varint(1 << 40)]).joined())
        #expect(try error(model(field(5, weight + huge + field(9, [])))).contains("of shape"))
        let many = [UInt8]([[UInt8]](repeating: [0x08, 1], count: 40).joined())
        #expect(try error(model(field(5, weight + many))).contains("too many sizes"))
        #expect(try error(model([0x0b])).contains("unknown kind"))
        #expect(try error(model([0x08] + [UInt8](repeating: 0xff, count: 11))).contains("more than ten bytes"))
        #expect(try error(model(field(11, field(1, [0xff, 0xfe])))).contains("UTF-8"))
    }

    @Test func `graphs within graphs are read to a bound`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).reduce(into: [UInt8]()) { graph, _ in graph = field(1, field(5, field(6, graph))) }
        }
        #expect(try OnnxModel(path: folder.write(model(nested(10)), to: "deep.onnx")).nodes == 10)
        #expect(try error(model(nested(2000))).contains("deeper than"))
    }

    @Test(arguments: ["grey", "types"]) func `damaged models are read or refused, never more`(_ name: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.fixture(name))))
        var random = SeededRandom(4)
        for _ in 0..<1500 {
            let path = try folder.write(random.damaged(whole), to: "d.onnx")
            do throws(FileError) {
                let model = try OnnxModel(path: path)
                for weight in model.weights { _ = try? model.tensor(weight) }
            } catch { #expect(error.file == path) }
        }
    }
}
