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

    @Test func `a label file of very many colours is read`() throws {
        var colours = ForegroundColours(keywords: [])
        try colours.add(labels: label(Array(0..<120_000), "table"))
        #expect(colours.colours.count == 120_000 && colours.colours[0x10203] == [1, 2, 3])
    }
}
