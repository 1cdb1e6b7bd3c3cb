import Foundation
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct ForegroundColoursTests {
    private let folder = TemporaryFolder()

    private func label(_ colours: [Int], _ name: String) throws -> String {
        let lines = colours.map { "\"(\($0 >> 16), \($0 >> 8 & 255), \($0 & 255))\": {\"class\": \"\(name)\"}" }
        return try folder.write("{\(lines.joined(separator: ","))}", to: "\(name).json")
    }

    @Test func `colours keep their first place and have their last class`() throws {
        var colours = ForegroundColours(keywords: ["arm"])
        try colours.add(labels: label([0x030201, 0xff0000, 0x000001], "arm"))
        try colours.add(labels: label([0x000001, 0x0000ff, 0x030201], "table"))
        #expect(colours.colours == [[3, 2, 1], [255, 0, 0], [0, 0, 1], [0, 0, 255]])
        #expect(colours.classes == ["table", "arm", "table", "table"])
    }

    @Test func `a label file of very many colours takes no longer for each`() throws {
        func seconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let path = try label(Array(0..<120_000), "table")
        var colours = ForegroundColours(keywords: [])
        let start = seconds()
        try colours.add(labels: path)
        #expect(seconds() - start < 4)
        #expect(colours.colours.count == 120_000 && colours.colours[0x10203] == [1, 2, 3])
    }
}
