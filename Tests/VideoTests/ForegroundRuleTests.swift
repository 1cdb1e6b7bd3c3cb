import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// What counts as foreground in masks as people have them.
@Suite struct ForegroundRuleTests {
    private let folder = TemporaryFolder()

    /// A folder of pictures of one row each.
    private func reader(_ rows: [[UInt32]]) throws(any Error) -> ForegroundReader {
        for (i, row) in rows.enumerated() {
            try Frame(width: row.count, height: 1, colours: row).write(to: folder.file("\(i).png"))
        }
        return try ForegroundReader(path: folder.path)
    }

    @Test func `in a mask of 0 and 1 the pixels of 1 are foreground, and a note says so`() throws {
        let reader = try reader([[0, 0x010101, 0, 0x010101]])
        #expect(reader.reading == .zeroAndOne)
        #expect(try reader.next()?.pixels == [0, 1, 0, 1])
        #expect(reader.notes.contains { $0.contains("holds 0 and 1 alone") }, "\(reader.notes)")
    }

    @Test func `a mask of 190 is foreground, and so is red`() throws {
        let reader = try reader([[0, 0xbebebe, 0xff0000, 0x7f7f7f]])
        #expect(reader.reading == .colours)
        #expect(try reader.next()?.pixels == [0, 1, 1, 0])
    }

    @Test func `a palette's picture is read by its colours`() throws {
        try Frame(width: 2, height: 1, colours: [0, 0xffffff]).write(to: folder.file("0.png"))
        try FFmpeg.run("-i 0.png -vf format=pal8 -frames:v 1 palette.png", in: folder)
        let reader = try ForegroundReader(path: folder.file("palette.png"))
        #expect(try reader.next()?.pixels == [0, 1])
    }

    @Test(arguments: [2, 60, 127] as [UInt32])
    func `a mask whose brightest value is neither 1 nor above the threshold is refused with that value`(_ value: UInt32)
        throws
    {
        let error = #expect(throws: FileError.self) { _ = try reader([[0, value << 16 | value << 8 | value]]) }
        #expect(error?.code == .unsupported)
        #expect(
            error?.reason.contains("its brightest value is \(value) of 255") == true, "\(String(describing: error))")
    }

    @Test func `a mask that is black in all frames selects nothing, and says in how many`() throws {
        let reader = try reader([[0, 0], [0, 0]])
        #expect(reader.reading == .nothing)
        while try reader.next() != nil {}
        #expect(reader.isEmpty)
        #expect(reader.notes.contains { $0.contains("selects nothing in 2 of 2 frames") }, "\(reader.notes)")
    }

    @Test func `after its last picture a mask holds on, and the gap is told`() throws {
        let reader = try reader([[0xffffff, 0], [0, 0xffffff]])
        #expect(!reader.hasGap)
        let masks = try (0..<4).map { _ in try reader.nextHeld()?.pixels }
        #expect(masks == [[1, 0], [0, 1], [0, 1], [0, 1]])
        #expect(reader.hasGap)
        #expect(reader.notes.contains { $0.contains("has 2 masks for 4 frames: its last holds on") }, "\(reader.notes)")
    }

    @Test func `a single picture is meant for all frames`() throws {
        let reader = try reader([[0xffffff, 0]])
        for _ in 0..<3 { #expect(try reader.nextHeld()?.pixels == [1, 0]) }
        #expect(!reader.hasGap && reader.notes.isEmpty, "\(reader.notes)")
    }

    @Test func `grey that is as common as the foreground is a note`() throws {
        let reader = try reader([[0xffffff, 0x646464, 0x646464, 0]])
        #expect(try reader.next()?.pixels == [1, 0, 0, 0])
        #expect(reader.notes.contains { $0.contains("2 grey pixels of at most 127") }, "\(reader.notes)")
    }
}
