import Foundation
import Tensors
import TestSupport
import Testing

@testable import Video

@Suite struct MapFileTests {
    private let folder = TemporaryFolder()
    private static let size = FrameSize(width: 7, height: 5)
    private static let origin = MapOrigin(
        network: "net \"one\"\n", identity: "ab", clip: "cd", settings: ["threshold": "0.5", "größe": "7x5"],
        device: "cpu", runtime: "1.31.1")

    private func depth(_ seed: UInt64) -> [Float] {
        var random = SeededRandom(seed)
        // Any bits are kept: negative zero, infinity and NaN are numbers of a file like others.
        return [-0.0, .infinity, .nan, -3.5]
            + (4..<Self.size.pixels).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    }

    private func labels(_ seed: UInt64, most: UInt8) -> Plane {
        var random = SeededRandom(seed)
        return Plane(width: 7, height: 5, pixels: random.bytes(Self.size.pixels, max: most))
    }

    private func writeDepth(_ frames: Int, to name: String = "d.maps") throws -> String {
        let writer = try MapFileWriter(path: folder.file(name), kind: .depth, size: Self.size, origin: Self.origin)
        for i in 0..<frames { try writer.append(PackedMap(depth: depth(UInt64(i)), size: Self.size)) }
        try writer.finish()
        return folder.file(name)
    }

    private func writeLabels(_ phrases: [String] = ["cup", "cup", "arm"]) throws -> String {
        let path = folder.file("l.maps")
        let writer = try MapFileWriter(
            path: path, kind: .labels, size: Self.size, phrases: phrases, origin: Self.origin)
        for i in 0..<3 { try writer.append(PackedMap(labels: labels(UInt64(i), most: UInt8(phrases.count)))) }
        try writer.finish()
        return path
    }

    @Test func `depth comes back bit for bit`() throws {
        let reader = try MapFileReader(path: try writeDepth(3))
        #expect(
            reader.header
                == MapHeader(kind: .depth, size: Self.size, frames: 3, phrases: [], depthKind: nil, origin: Self.origin)
        )
        for i in 0..<3 {
            let values = try #require(try reader.nextDepth())
            #expect(values.map(\.bitPattern) == depth(UInt64(i)).map(\.bitPattern))
        }
        #expect(try reader.nextDepth() == nil)
        #expect(try reader.nextDepth() == nil)
    }

    @Test func `labels and foreground come back with their phrases`() throws {
        let reader = try openLabels(try writeLabels())
        #expect(reader.phrases == ["cup", "cup", "arm"] && reader.frames == 3 && reader.size == Self.size)
        for i in 0..<3 { #expect(try reader.next() == labels(UInt64(i), most: 3)) }
        #expect(try reader.next() == nil)

        let path = folder.file("f.MAPS")
        let writer = try MapFileWriter(path: path, kind: .foreground, size: Self.size, origin: MapOrigin())
        let plane = labels(9, most: 5)
        try writer.append(PackedMap(foreground: plane))
        try writer.finish()
        let foreground = try ForegroundReader(path: path)
        #expect(foreground.size == Self.size)
        #expect(try foreground.next()?.pixels == plane.pixels.map { $0 == 0 ? 0 : 1 })
        #expect(try foreground.next() == nil)
    }

    @Test func `depth is opened from map files and from arrays alike`() throws {
        let reader = try openDepth(try writeDepth(2))
        #expect(reader is MapDepthReader && reader.frames == 2 && reader.size == Self.size)
        let frame = try #require(try reader.next())
        #expect(frame.values[3] == -3.5 && frame.values[2].isNaN)
        let array = try openDepth(Places.recorded + "/dataset/depth_npzs/task_0000.npz")
        #expect(array is ArrayDepthReader)
        #expect(try array.next()?.size == array.size)
    }

    @Test func `a file of the wrong kind is refused by name`() throws {
        let (depth, labels) = (try writeDepth(1), try writeLabels())
        let first = #expect(throws: FileError.self) { try openLabels(depth) }
        #expect(first?.reason.contains("holds depth, not labels") == true)
        let second = #expect(throws: FileError.self) { try openDepth(labels) }
        #expect(second?.reason.contains("holds labels, not depth") == true)
        let third = #expect(throws: FileError.self) { try ForegroundReader(path: labels) }
        #expect(third?.code == .unsupported)
    }

    @Test func `a file has no name before it is complete`() throws {
        let path = folder.file("late.maps")
        do {
            let writer = try MapFileWriter(path: path, kind: .depth, size: Self.size, origin: Self.origin)
            try writer.append(PackedMap(depth: depth(1), size: Self.size))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let empty = try MapFileWriter(path: path, kind: .depth, size: Self.size, origin: Self.origin)
        #expect(throws: FileError.self) { try empty.finish() }
        #expect(throws: FileError.self) {
            try MapFileWriter(
                path: folder.file("nowhere/x.maps"), kind: .depth, size: Self.size, origin: Self.origin)
        }
    }

    @Test func `a whole file is checked without unpacking, and what has that name is replaced`() throws {
        let path = try writeDepth(4)
        #expect(try MapFileReader.check(path: path).frames == 4)
        _ = try writeDepth(2)
        #expect(try MapFileReader.check(path: path).frames == 2)
    }

    @Test func `a file cut anywhere is refused`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try writeDepth(3))))
        for count in 0..<bytes.count {
            let path = try folder.write(Array(bytes[..<count]), to: "cut.maps")
            let error = #expect(throws: FileError.self) { try MapFileReader(path: path) }
            #expect(error?.code == .malformed, "\(count) bytes: \(error?.description ?? "")")
        }
        let longer = try folder.write(bytes + [0], to: "longer.maps")
        #expect(throws: FileError.self) { try MapFileReader(path: longer) }
    }

    @Test func `every single byte that changes is found`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try writeDepth(2))))
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x24
            let path = try folder.write(damaged, to: "damaged.maps")
            #expect(throws: FileError.self, "byte \(place)") { try MapFileReader.check(path: path) }
        }
    }

    /// A header with a valid checksum that says what no header should.
    @Test(arguments: [
        ("\"width\":7", "\"width\":70000000000", FileError.Code.unsupported),
        ("\"width\":7", "\"width\":9000", .malformed),
        ("\"width\":7", "\"width\":-7", .malformed),
        ("\"frames\":         3", "\"frames\":4000000000", .malformed),
        ("\"frames\":         3", "\"frames\":         2", .malformed),
        ("\"frames\":         3", "\"frames\":         0", .malformed),
        ("\"kind\":\"depth\"", "\"kind\":\"smell\"", .unsupported),
        ("\"kind\":\"depth\",", "", .malformed),
        ("\"phrases\":[]", "\"phrases\":[\"a\"]", .malformed),
        ("\"phrases\":[]", "\"phrases\":[1]", .malformed),
        ("\"clip\":\"cd\"", "\"clip\":5", .malformed),
        ("\"threshold\":\"0.5\"", "\"threshold\":0.5", .malformed),
    ])
    func `a hostile header is refused`(old: String, new: String, code: FileError.Code) throws {
        let path = try rewritten(try writeDepth(3)) { $0.replacingOccurrences(of: old, with: new) }
        let error = #expect(throws: FileError.self) { try MapFileReader(path: path) }
        #expect(error?.code == code, "\(error?.description ?? "")")
    }

    @Test func `a later version and a foreign file are refused as what they are`() throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try writeDepth(1))))
        bytes[8] = 2
        let later = #expect(throws: FileError.self) {
            try MapFileReader(path: try folder.write(bytes, to: "later.maps"))
        }
        #expect(later?.code == .unsupported && later?.reason.contains("version 2") == true)
        let foreign = #expect(throws: FileError.self) {
            try MapFileReader(path: try folder.write("PK, but not at all a map file", to: "foreign.maps"))
        }
        #expect(foreign?.reason.contains("not a map file") == true)
    }

    @Test func `labels without a phrase are refused`() throws {
        let path = try rewritten(try writeLabels()) {
            $0.replacingOccurrences(of: "[\"cup\",\"cup\",\"arm\"]", with: "[\"cup\"]")
        }
        let reader = try openLabels(path)
        let error = #expect(throws: FileError.self) { while try reader.next() != nil {} }
        #expect(error?.reason.contains("a label that has no phrase") == true)
    }

    @Test func `random damage never gets through`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try writeLabels())))
        var random = SeededRandom(4)
        for _ in 0..<300 {
            let damaged = random.damaged(bytes)
            guard damaged != bytes else { continue }
            let path = try folder.write(damaged, to: "damaged.maps")
            #expect(throws: FileError.self) { try MapFileReader.check(path: path) }
        }
    }

    /// The file with another header, lengths and checksum in order.
    private func rewritten(_ path: String, _ change: (String) -> String) throws -> String {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let end = 16 + Int(MapFile.number(bytes[12..<16]))
        let text = Array(change(String(decoding: bytes[16..<end], as: UTF8.self)).utf8)
        let checked = MapFile.bytes(MapFile.version) + MapFile.bytes(UInt32(text.count)) + text
        return try folder.write(
            MapFile.magic + checked + MapFile.bytes(Zlib.checksum(checked)) + bytes[(end + 4)...], to: "hostile.maps")
    }
}
