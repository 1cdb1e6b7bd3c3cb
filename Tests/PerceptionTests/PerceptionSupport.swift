import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

extension Places {
    static let perception = references + "/perception"
}

/// A tensor that a reference pipeline computed.
func reference(_ file: String, _ name: String) throws -> Tensor {
    let tensors = try SafetensorsFile(path: Places.perception + "/" + file).tensors
    return try #require(tensors[name]).tensor()
}

/// The largest difference, and where it is.
func expectClose(
    _ a: some Collection<Float>, _ b: some Collection<Float>, _ tolerance: Float, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(a.count == b.count, "\(what)", sourceLocation: sourceLocation)
    let worst = zip(a, b).enumerated().max { abs($0.1.0 - $0.1.1) < abs($1.1.0 - $1.1.1) }
    guard let worst, !(abs(worst.1.0 - worst.1.1) <= tolerance) else { return }
    Issue.record("\(worst.1.0), not \(worst.1.1), at \(worst.0); \(what)", sourceLocation: sourceLocation)
}

extension TemporaryFolder {
    /// A folder of PNG images of the scene's frames.
    func video(_ scene: GoldenScene, _ name: String = "video") throws -> String {
        let path = file(name)
        let size = FrameSize(width: scene.width, height: scene.height)
        let writer = try VideoWriter(path: path + "/", size: size, rate: 24)
        for t in 0..<scene.frames { try writer.append(scene.frame(t)) }
        try writer.finish()
        return path
    }

    /// A copy of a reference network whose card is changed.
    func network(_ name: String, _ change: (inout NetworkCard) -> Void) throws -> NetworkFolder {
        let (source, copy) = (Places.perception + "/" + name, file(name))
        var card = try NetworkFolder(path: source).card
        change(&card)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: source + "/model.onnx", toPath: copy + "/model.onnx")
        try card.text().write(toFile: copy + "/network.json", atomically: true, encoding: .utf8)
        return try NetworkFolder(path: copy)
    }
}

/// What closures on several threads gather, in order.
final class Gathered<T: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [T] = []

    func add(_ one: T) { lock.withLock { list.append(one) } }
    var all: [T] { lock.withLock { list } }
}
