import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct ArrayStreamTests {
    private let folder = TemporaryFolder()
    /// Two frames of three rows and four columns.
    private static let values = (0..<24).map { Double($0 * $0) / 8 - 3 }
    private static let float64 = values.flatMap { littleEndian($0.bitPattern) }
    private static let float32 = values.flatMap { littleEndian(Float($0).bitPattern) }
    private static let shape = "(2, 3, 4)"
    private static let array = npyFile(shape: shape, float64)

    /// Every frame of a file, or the first error.
    private func frames(_ bytes: [UInt8], name: String = "data") throws -> [[Double]] {
        let stream = try ArrayStream(path: folder.write(bytes, to: "array"), name: name)
        var frames: [[Double]] = []
        while let frame = try stream.nextFrame() {
            #expect(frame.count == stream.height * stream.width)
            frames.append(frame)
        }
        #expect(frames.count == stream.frames)
        return frames
    }

    private func error(_ bytes: [UInt8], name: String = "data") throws -> FileError {
        let error = #expect(throws: FileError.self) { try frames(bytes, name: name) }
        return try #require(error)
    }

    private static let expected = [Array(values[..<12]), Array(values[12...])]

    @Test func `stored and deflated members, of both element types, give their frames`() throws {
        for (type, payload) in [("<f8", Self.float64), ("<f4", Self.float32)] {
            let array = npyFile(type: type, shape: Self.shape, payload)
            #expect(try frames(array) == Self.expected)
            #expect(try frames(zipArchive([ZipEntry(stored: array, name: "data.npy")])) == Self.expected)
            #expect(try frames(zipArchive([ZipEntry(deflated: array, name: "data.npy")])) == Self.expected)
        }
    }

    @Test func `members of many blocks are read in pieces`() throws {
        let count = 3 * 150 * 200
        let payload = (0..<count).flatMap { littleEndian(Double($0).bitPattern) }
        let array = npyFile(shape: "(3, 150, 200)", payload)
        for entry in [ZipEntry(stored: array, name: "data.npy"), ZipEntry(deflated: array, name: "data.npy")] {
            #expect(try frames(zipArchive([entry])).joined().elementsEqual((0..<count).map(Double.init)))
        }
    }

    @Test func `header versions 2 and 3 have a wider length`() throws {
        for version in [2, 3] as [UInt8] {
            var bytes = Self.array
            bytes[6] = version
            bytes.insert(contentsOf: [0, 0], at: 10)
            #expect(try frames(bytes) == Self.expected)
        }
        var future = Self.array
        future[6] = 4
        #expect(try error(future).code == .malformed)
    }

    @Test(arguments: ["task_0000", "task_0001", "task_0002"]) func `archives that numpy wrote are read`(
        _ name: String
    ) throws {
        let path = Places.recorded + "/dataset/depth_npzs/\(name).npz"
        guard FileManager.default.fileExists(atPath: path) else {
            print("SKIPPED: \(path) is absent")
            return
        }
        let stream = try ArrayStream(path: path)
        // The corner, least and greatest values as numpy 2.4.6 gives them.
        let known: [String: (shape: [Int], first: Double, greatest: Double, last: Double)] = [
            "task_0000": ([25, 192, 320], 1.53125, 2.9375, 2.9375),
            "task_0001": ([25, 192, 320], 1.1875, 7.21875, 7.21875),
            "task_0002": ([25, 96, 160], 2, 4.90625, 3.21875),
        ]
        let expected = try #require(known[name])
        #expect([stream.frames, stream.height, stream.width] == expected.shape)
        var all: [Double] = []
        while let frame = try stream.nextFrame() { all += frame }
        #expect(all.count == expected.shape.reduce(1, *))
        #expect(all.first == expected.first && all.last == expected.last)
        #expect(all.min() == 0 && all.max() == expected.greatest)
        #expect(try stream.nextFrame() == nil)
    }

    @Test func `the named array is taken, or the only one`() throws {
        let other = npyFile(shape: "(1, 1, 1)", littleEndian((9.0).bitPattern))
        let two = zipArchive([
            ZipEntry(stored: other, name: "other.npy"), ZipEntry(stored: Self.array, name: "data.npy"),
        ])
        #expect(try frames(two) == Self.expected)
        #expect(try frames(two, name: "other") == [[9]])
        #expect(try frames(zipArchive([ZipEntry(stored: Self.array, name: "arr_0.npy")])) == Self.expected)
        let missing = try error(two, name: "depth")
        #expect(missing.code == .malformed)
        #expect(missing.reason == "has no array named 'depth' (it holds: other.npy, data.npy)")
        #expect(try error(zipArchive([])).reason.contains("has no array named 'data'"))
        #expect(try error(zipArchive([ZipEntry(stored: [1], name: "readme.txt")])).code == .malformed)
    }

    @Test func `arrays that are not frames of floats are unsupported`() throws {
        let cases: [(said: String, npy: [UInt8])] = [
            ("'<i4'", npyFile(type: "<i4", shape: Self.shape, Self.float32)),
            ("'>f8'", npyFile(type: ">f8", shape: Self.shape, Self.float64)),
            ("'<f2'", npyFile(type: "<f2", shape: Self.shape, Self.float32)),
            ("'|O'", npyFile(type: "|O", shape: Self.shape, Self.float64)),
            ("Fortran order", npyFile(isFortran: true, shape: Self.shape, Self.float64)),
            ("[6, 4]", npyFile(shape: "(6, 4)", Self.float64)), ("[24]", npyFile(shape: "(24,)", Self.float64)),
            ("[]", npyFile(shape: "()", Self.float64)), ("[1, 2, 3, 4]", npyFile(shape: "(1, 2, 3, 4)", Self.float64)),
            ("[0, 3, 4]", npyFile(shape: "(0, 3, 4)", Self.float64)),
            ("[2, 3, 0]", npyFile(shape: "(2, 3, 0)", Self.float64)),
        ]
        for (said, npy) in cases {
            for bytes in [npy, zipArchive([ZipEntry(deflated: npy, name: "data.npy")])] {
                let error = try error(bytes)
                #expect(error.code == .unsupported)
                #expect(error.reason.contains(said), "\(error)")
            }
        }
    }

    @Test func `shapes that need more than there is are refused before anything is allocated`() throws {
        for shape in [
            "(2, 3, 5)", "(1000000, 1000000, 1000000)", "(4294967296, 4294967296, 1)", "(9223372036854775807, 2, 1)",
            "(1, 1, 9223372036854775807)", "(99999999999999999999, 1, 1)", "(-2, 3, 4)", "(2, 3, x)",
        ] {
            let npy = npyFile(shape: shape, Self.float64)
            #expect(try error(npy).code == .malformed, "\(shape)")
            #expect(try error(zipArchive([ZipEntry(stored: npy, name: "data.npy")])).code == .malformed, "\(shape)")
        }
    }

    @Test func `headers that are not numpy's are malformed`() throws {
        let text = String(decoding: Self.array.prefix(128), as: UTF8.self)
        #expect(text.contains("fortran_order"))
        for (from, to) in [
            ("NUMPY", "NUMPX"), ("'descr'", "'desks'"), ("fortran_order", "fortran_0rder"), ("'shape'", "'shapf'"),
        ] {
            var bytes = Self.array
            let place = try #require(Data(bytes).range(of: Data(from.utf8)))
            bytes.replaceSubrange(place, with: Array(to.utf8))
            #expect(try error(bytes).code == .malformed, "\(to)")
        }
        var long = Self.array
        (long[8], long[9]) = (0xff, 0xff)
        #expect(try error(long).code == .malformed)
    }

    @Test func `files cut anywhere are refused`() throws {
        let archive = zipArchive([ZipEntry(deflated: Self.array, name: "data.npy")])
        for bytes in [Self.array, archive] {
            for length in 0..<bytes.count {
                #expect(try error(Array(bytes.prefix(length))).code == .malformed, "\(length) of \(bytes.count) bytes")
            }
        }
    }

    @Test func `data cut inside a member is refused when it is reached`() throws {
        // The directory is whole, but the deflate data lacks its end.
        var entry = ZipEntry(deflated: Self.array, name: "data.npy")
        entry.packedSize -= 20
        #expect(try error(zipArchive([entry])).code == .malformed)
        entry = ZipEntry(stored: Self.array, name: "data.npy")
        entry.packedSize += 100_000
        #expect(try error(zipArchive([entry])).reason.contains("truncated inside 'data.npy'"))
    }

    @Test func `sizes that lie are refused`() throws {
        for isDeflated in [false, true] {
            for size in [0, 8, UInt64(Self.array.count - 1), UInt64(Self.array.count + 8), 0xffff_fffe] {
                var entry =
                    isDeflated
                    ? ZipEntry(deflated: Self.array, name: "data.npy") : ZipEntry(stored: Self.array, name: "data.npy")
                entry.size = size
                // A longer member than the array is not read to its end, and so gives the array.
                guard size < Self.array.count else {
                    _ = try? frames(zipArchive([entry]))
                    continue
                }
                #expect(try error(zipArchive([entry])).code == .malformed, "\(size), deflated: \(isDeflated)")
            }
        }
    }

    /// A header may claim terabytes. Reading them would need an allocation that ends the process, so this has to be found
    /// out when the stream is opened.
    @Test(arguments: [false, true]) func `a size that the packed bytes cannot hold is refused on opening`(
        _ isDeflated: Bool
    ) throws {
        let npy = npyFile(shape: "(1, 1048576, 1048576)", Self.float64)
        var entry =
            isDeflated ? ZipEntry(deflated: npy, name: "data.npy") : ZipEntry(stored: npy, name: "data.npy")
        entry.size = 1 << 60
        entry.isZip64 = true
        let path = try folder.write(zipArchive([entry]), to: "bomb.npz")
        #expect(throws: FileError.self) { try ArrayStream(path: path) }
    }

    @Test func `a wrong checksum is noticed with the last frame`() throws {
        for makes in [ZipEntry.init(stored:name:), ZipEntry.init(deflated:name:)] {
            var entry = makes(Self.array, "data.npy")
            entry.checksum ^= 1
            let path = try folder.write(zipArchive([entry]), to: "array.npz")
            let stream = try ArrayStream(path: path)
            #expect(try stream.nextFrame() == Self.expected[0])
            let error = #expect(throws: FileError.self) { try stream.nextFrame() }
            #expect(error?.code == .malformed)
            #expect(error?.reason == "'data.npy' is damaged: its checksum differs; copy or make it again")
        }
    }

    @Test func `random damage is read or refused, never more`() throws {
        var random = SeededRandom(21)
        let sources = [
            Self.array, zipArchive([ZipEntry(stored: Self.array, name: "data.npy")]),
            zipArchive([ZipEntry(deflated: Self.array, name: "data.npy")]),
        ]
        for source in sources {
            for _ in 0..<1000 {
                do { _ = try frames(random.damaged(source)) } catch { #expect(error is FileError) }
            }
        }
    }
}
