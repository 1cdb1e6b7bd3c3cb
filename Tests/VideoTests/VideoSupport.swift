import TestSupport
import Testing
import Video

/// Says how many bytes differ, and where first: frames are too long to print.
func expectEqual(
    _ a: [UInt8], _ b: [UInt8], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(a.count == b.count, "\(what)", sourceLocation: sourceLocation)
    let differing = zip(a, b).enumerated().filter { $0.element.0 != $0.element.1 }
    guard let first = differing.first else { return }
    Issue.record(
        "\(differing.count) bytes differ, the first at \(first.offset): \(first.element.0), not \(first.element.1); \(what)",
        sourceLocation: sourceLocation)
}
