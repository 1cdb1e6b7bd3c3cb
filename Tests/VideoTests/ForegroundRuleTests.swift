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

    /// A picture of one row that FFmpeg writes from raw pixels.
    private func write(_ bytes: [UInt8], as pixels: String, width: Int, to name: String, _ options: String = "") throws
    {
        try folder.write(bytes, to: "raw")
        try folder.write([], to: "m/.keep")
        try FFmpeg.run(
            "-f rawvideo -pixel_format \(pixels) -video_size \(width)x1 -i raw \(options) -frames:v 1", [name],
            in: folder)
    }

    @Test(arguments: [
        ([0, 1, 0, 1] as [UInt16], ForegroundReader.Reading.zeroAndOne), ([0, 255, 127, 128], .eightBits),
        ([0, 65535, 32767, 32768], .usual),
    ])
    func `a mask of 16 bits is read in its own range`(_ row: [UInt16], _ reading: ForegroundReader.Reading) throws {
        try write(row.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, as: "gray16le", width: 4, to: "m/0.png")
        for path in [folder.file("m"), folder.file("m/0.png")] {
            let reader = try ForegroundReader(path: path)
            #expect(reader.reading == reading)
            #expect(try reader.next()?.pixels == [0, 1, 0, 1])
        }
    }

    @Test func `a dark mask of 16 bits is refused with its own range`() throws {
        try write([0, 0, 0, 2], as: "gray16le", width: 2, to: "0.png")
        let error = #expect(throws: FileError.self) { try ForegroundReader(path: folder.file("0.png")) }
        #expect(error?.reason.contains("its brightest value is 512 of 65535") == true, "\(String(describing: error))")
    }

    @Test(arguments: [0, 255, 60] as [UInt8])
    func `transparency is the mask where colours part nothing`(_ grey: UInt8) throws {
        let pixels = [0, 255, 127, 128].flatMap { [grey, grey, grey, $0] as [UInt8] }
        try write(pixels, as: "rgba", width: 4, to: "m/0.png")
        let reader = try ForegroundReader(path: folder.file("m"))
        #expect(reader.reading == .opacity)
        #expect(try reader.next()?.pixels == [0, 1, 0, 1])
        #expect(reader.notes.contains { $0.contains("what is opaque is foreground") }, "\(reader.notes)")
    }

    @Test func `where colours part something transparency is not asked`() throws {
        try write([0, 0, 0, 255, 255, 255, 255, 0], as: "rgba", width: 2, to: "m/0.png")
        let reader = try ForegroundReader(path: folder.file("m"))
        #expect(reader.reading == .usual)
        #expect(try reader.next()?.pixels == [0, 1])
    }

    @Test func `where numbers are left out the mask before holds on, and a note says so`() throws {
        for (number, row) in [(1, [0xffffff, 0]), (2, [0, 0xffffff]), (4, [0xffffff, 0xffffff])] as [(Int, [UInt32])] {
            try Frame(width: 2, height: 1, colours: row).write(to: folder.file("\(number).png"))
        }
        let reader = try ForegroundReader(path: folder.path)
        var masks: [[UInt8]] = []
        while let mask = try reader.next() { masks.append(mask.pixels) }
        #expect(masks == [[1, 0], [0, 1], [0, 1], [1, 1]])
        #expect(
            reader.notes.contains { $0.contains("no picture of number 3: the one before holds on") }, "\(reader.notes)")
    }

    @Test(arguments: [[0, 1, 3], [0, 1, 2, 3]])
    func `a clip that is a folder says by its numbers which mask is whose`(_ numbers: [Int]) throws {
        for name in ["clip/.keep", "masks/.keep"] { try folder.write([], to: name) }
        for number in [5, 6, 8] {
            try Frame(width: 2, height: 1, colours: [0, 0]).write(to: folder.file("clip/\(number).png"))
        }
        for number in numbers {
            let row: [UInt32] = number == 3 ? [0, 0xffffff] : [0xffffff, 0]
            try Frame(width: 2, height: 1, colours: row).write(to: folder.file("masks/\(number).png"))
        }
        let reader = try ForegroundReader(path: folder.file("masks"), of: folder.file("clip"))
        let masks = try (0..<3).map { _ in try reader.next()?.pixels }
        #expect(masks == [[1, 0], [1, 0], [0, 1]])
        #expect(try reader.next() == nil)
        #expect(reader.notes.allSatisfy { !$0.contains("holds on") }, "\(reader.notes)")
    }

    @Test(arguments: [[0, 33, 67, 100], [0, 10, 20, 30]])
    func `numbers that count no frames leave the masks one after another`(_ numbers: [Int]) throws {
        for number in numbers {
            try Frame(width: 2, height: 1, colours: [0xffffff, 0]).write(to: folder.file("\(number).png"))
        }
        let reader = try ForegroundReader(path: folder.path)
        while try reader.next() != nil {}
        #expect(reader.given == 4)
    }
}
