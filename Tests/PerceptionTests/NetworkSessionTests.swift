import Experiment
import Foundation
import TestSupport
import Testing

@testable import Perception

/// ONNX Runtime, where this machine has it.
enum Runtime {
    static let shared: OnnxRuntime? = try? OnnxRuntime.load()
    static let isThere = shared != nil
    static let absence: Comment = "skipped: ONNX Runtime is not on this machine"
}

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct NetworkSessionTests {
    private static func model(_ name: String) -> String {
        Places.repository.appendingPathComponent("Fixtures/references/perception/runtime/\(name).onnx").path
    }

    private func session(_ name: String) throws -> NetworkSession {
        try #require(Runtime.shared).session(model: Self.model(name), threads: 2)
    }

    private let picture = NetworkTensor(shape: [1, 3, 1, 2], [1, 2, 3, 4, 5, 6])

    @Test func `inputs and outputs are named with their types and sizes`() throws {
        let session = try session("grey")
        #expect(session.inputs == [.init(name: "picture", element: .float32, shape: [1, 3, nil, nil])])
        #expect(session.outputs.map(\.name) == ["grey", "twice"])
    }

    @Test func `outputs come in the order that was asked for`() throws {
        let session = try session("grey")
        let copies = try session.run(["picture": picture], outputs: ["twice", "grey"])
        #expect(
            copies == [
                NetworkTensor(shape: [1, 3, 1, 2], [2, 4, 6, 8, 10, 12]), NetworkTensor(shape: [1, 1, 1, 2], [3, 4]),
            ])
        let seen = try session.run(["picture": picture], outputs: ["grey"]) { outputs in
            outputs.map { ($0.name, $0.shape, Array($0.floats)) }
        }
        #expect(seen.count == 1 && seen[0] == ("grey", [1, 1, 1, 2], [3, 4]))
    }

    @Test func `other element types go in and come out`() throws {
        let session = try session("types")
        let inputs = [
            "picture": picture, "ids": NetworkTensor(shape: [1, 2], .int64([7, -1])),
            "flags": NetworkTensor(shape: [3], .bool([1, 0, 1])),
        ]
        let copies = try session.run(inputs, outputs: ["half", "sums", "opposite"])
        #expect(copies[0] == picture)
        #expect(copies[1] == NetworkTensor(shape: [1, 2], .int64([14, -2])))
        #expect(copies[2] == NetworkTensor(shape: [3], .bool([0, 1, 0])))
        #expect(try session.run(inputs, outputs: ["half"]) { Array($0[0].floats) } == [1, 2, 3, 4, 5, 6])
    }

    @Test func `numbers that are not finite are refused`() throws {
        let session = try session("logarithm")
        for values in [[1, 2, 3, 4, 5, 0], [1, 2, 3, 4, 5, -1]] as [[Float]] {
            let input = NetworkTensor(shape: [1, 3, 1, 2], values)
            let error = #expect(throws: BenchError.self) { try session.run(["picture": input], outputs: ["log"]) }
            #expect(error?.code == .unusableInput && error?.sentence.contains("NaN or infinite") == true)
            #expect(throws: BenchError.self) { try session.run(["picture": input], outputs: ["log"]) { _ in } }
        }
    }

    @Test(arguments: ["truncated", "future", "absent"])
    func `a file that is no usable network is refused in one sentence`(name: String) throws {
        let runtime = try #require(Runtime.shared)
        let error = #expect(throws: BenchError.self) { try runtime.session(model: Self.model(name), threads: 1) }
        #expect(error?.code == .unusableInput)
        #expect(error?.sentence.contains(name) == true && error?.sentence.contains("\n") == false)
    }

    @Test func `tensors that do not fit are refused before the network runs`() throws {
        let session = try session("grey")
        func words(_ tensors: [String: NetworkTensor], _ outputs: [String] = ["grey"]) -> String {
            let error = #expect(throws: BenchError.self) { try session.run(tensors, outputs: outputs) }
            return error?.sentence ?? ""
        }
        #expect(words([:]).contains("'picture'"))
        #expect(words(["picture": NetworkTensor(shape: [1, 4, 1, 1], [1, 2, 3, 4])]).contains("1x3xanyxany"))
        #expect(words(["picture": NetworkTensor(shape: [1, 3, 1, 2], [1])]).contains("1x3xanyxany"))
        #expect(words(["picture": NetworkTensor(shape: [1, 3, 1, 1], .uint8([1, 2, 3]))]).contains("float32"))
        #expect(words(["picture": picture, "extra": picture]).contains("'extra'"))
        #expect(words(["picture": picture], ["depth"]).contains("'depth'"))
    }

    @Test func `a device that is not there is missing, not unusable`() throws {
        let runtime = try #require(Runtime.shared)
        guard !runtime.devices.contains(.cuda) else { return }
        let error = #expect(throws: BenchError.self) {
            try runtime.session(model: Self.model("grey"), device: .cuda, threads: 1)
        }
        #expect(error?.code == .missing)
    }
}

@Suite struct OnnxRuntimeTests {
    @Test func `a library that is absent or something else is missing, with the remedy`() throws {
        for path in ["/nowhere/libonnxruntime.so", "libm.so.6"] {
            let error = #expect(throws: BenchError.self) { try OnnxRuntime.load(path: path) }
            #expect(error?.code == .missing)
            #expect(error?.sentence.contains("pip install") == true)
        }
    }

    @Test func `the environment names the library`() throws {
        let error = #expect(throws: BenchError.self) {
            try OnnxRuntime.load(environment: ["TRANSFERBENCH_ONNXRUNTIME": "/nowhere/else.so"])
        }
        #expect(error?.sentence.contains("/nowhere/else.so") == true)
    }
}
