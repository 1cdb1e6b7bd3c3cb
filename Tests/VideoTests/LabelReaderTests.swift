import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct InstanceMaskReaderTests {
    private let folder = TemporaryFolder()
    private static let shape = [2, 3, 4]

    private func reader(_ data: PlainData) throws -> InstanceMaskReader {
        try InstanceMaskReader(path: folder.write(data.pickled, to: "masks.pkl"))
    }

    private func error(_ data: PlainData) throws -> FileError {
        let error = #expect(throws: FileError.self) { try reader(data) }
        return try #require(error)
    }

    private func mask(_ phrase: String, _ pixels: Range<Int>, shape: [Int] = shape) -> PlainData {
        .mask(
            phrase, shape: shape,
            counts: runLengthCode(of: (0..<shape.reduce(1, *)).map { pixels.contains($0) }))
    }

    @Test func `later objects cover earlier ones`() throws {
        let reader = try reader(.list([mask("table", 0..<18), mask("cup", 4..<8), mask("cup", 6..<14)]))
        #expect(reader.phrases == ["table", "cup", "cup"])
        #expect(reader.frames == 2 && reader.size == FrameSize(width: 4, height: 3))
        #expect(try reader.next()?.pixels == [1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3])
        #expect(try reader.next()?.pixels == [3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        #expect(try reader.next() == nil)
    }

    @Test func `a recorded file has its phrases, its size and every object`() throws {
        let reader = try openLabels(Places.recorded + "/dataset/sam2_pkls/task_0000.pkl")
        #expect(reader is InstanceMaskReader)
        #expect(reader.phrases == ["table", "robot arm", "robot arm", "gripper", "cup", "apple"])
        #expect(reader.frames == 25 && reader.size == FrameSize(width: 320, height: 192))
        var count = 0
        var seen: Set<UInt8> = []
        while let labels = try reader.next() {
            count += 1
            seen.formUnion(labels.pixels)
        }
        #expect(count == 25)
        #expect(seen.isSuperset(of: 1...6) && seen.allSatisfy { $0 <= 6 })
    }

    @Test func `no objects is a file without frames`() throws {
        let reader = try reader(.list([]))
        #expect(reader.phrases.isEmpty && reader.frames == 0)
        #expect(try reader.next() == nil)
    }

    @Test func `structures that are not SAM2's are malformed and say where`() throws {
        let good = mask("cup", 0..<3)
        let code = runLengthCode(runs: [24])
        func entry(_ pairs: [(String, PlainData)]) -> PlainData { .dictionary(pairs.map { (key: $0.0, value: $0.1) }) }
        let rle = entry([
            ("data", entry([("counts", .bytes(code))])), ("mask_shape", .list(Self.shape.map { .integer($0) })),
        ])
        #expect(
            try reader(.list([good, entry([("phrase", .string("a")), ("segmentation_mask_rle", rle)])])).frames == 2)
        let cases: [(said: String, data: PlainData)] = [
            ("its outermost value is no list", .dictionary([])), ("its outermost value is no list", .integer(3)),
            ("entry 0 lacks", .list([.integer(3)])), ("entry 1 lacks", .list([good, .list([])])),
            ("entry 1 lacks", .list([good, entry([("segmentation_mask_rle", rle)])])),
            ("entry 1 lacks", .list([good, entry([("phrase", .integer(1)), ("segmentation_mask_rle", rle)])])),
            ("entry 1 lacks", .list([good, entry([("phrase", .string("a"))])])),
            ("entry 1 lacks", .list([good, entry([("phrase", .string("a")), ("segmentation_mask_rle", entry([]))])])),
            ("entry 1 has no frames x rows x columns", .list([good, mask("a", 0..<1, shape: [2, 12])])),
            ("entry 1 has no frames x rows x columns", .list([good, .mask("a", shape: [0, 3, 4], counts: code)])),
            ("entry 1 has no frames x rows x columns", .list([good, .mask("a", shape: [-2, -3, 4], counts: code)])),
            (
                "entry 1 has no frames x rows x columns",
                .list([good, .mask("a", shape: [1 << 40, 1, 1], counts: code)])
            ),
            ("entry 1 is [2, 4, 3], the first [2, 3, 4]", .list([good, mask("a", 0..<1, shape: [2, 4, 3])])),
        ]
        for (said, data) in cases {
            let error = try error(data)
            #expect(error.code == .malformed)
            #expect(error.reason.contains("is not a list of SAM2 masks: \(said)"), "\(error)")
        }
    }

    @Test func `a damaged mask names its entry`() throws {
        let error = try error(
            .list([mask("a", 0..<3), .mask("b", shape: Self.shape, counts: runLengthCode(runs: [23]))]))
        #expect(error.code == .malformed)
        #expect(error.description.contains("masks.pkl (entry 1): has a run-length mask of 23 pixels"))
    }

    @Test func `more objects than a label map holds are unsupported`() throws {
        let entries = (0..<256).map { mask("object \($0)", 0..<1) }
        #expect(try reader(.list(Array(entries.prefix(255)))).phrases.count == 255)
        let error = try error(.list(entries))
        #expect(error.code == .unsupported)
        #expect(error.reason.contains("256 objects"))
    }

    /// Run lengths describe terabytes in a few characters, and a frame of them cannot be allocated.
    @Test func `a picture too large to be one is refused on opening`() throws {
        let side = 1 << 20
        let data = PlainData.mask("a", shape: [1, side, side], counts: runLengthCode(runs: [side * side]))
        let path = try folder.write(PlainData.list([data]).pickled, to: "huge.pkl")
        #expect(throws: FileError.self) { try InstanceMaskReader(path: path) }
    }

    @Test func `a pickle that would run code is refused`() throws {
        let path = try folder.write(Array("cos\nsystem\n(S'true'\ntR.".utf8), to: "evil.pkl")
        let error = #expect(throws: FileError.self) { try openLabels(path) }
        #expect(error?.code == .forbidden)
        #expect(error?.file == path)
    }
}

@Suite struct ColourLabelReaderTests {
    private let folder = TemporaryFolder()

    /// Writes frames as a PNG folder.
    private func pngs(_ frames: [Frame]) throws -> String {
        for (i, frame) in frames.enumerated() { try frame.write(to: folder.file(String(format: "%04d.png", i))) }
        return folder.path
    }

    private func labels(_ reader: any LabelReader) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let plane = try reader.next() { all.append(plane.pixels) }
        return all
    }

    @Test func `exact colours are objects in the order of their numbers, and black is nothing`() throws {
        let path = try pngs([
            Frame(width: 3, height: 2, colours: [0, 0xff0000, 0x0000ff, 0, 0x00ff00, 0x010000]),
            Frame(width: 3, height: 2, colours: [0xffffff, 0xff0000, 0, 0, 0, 0x0000ff]),
        ])
        let reader = try openLabels(path)
        #expect(reader is ColourLabelReader)
        #expect(reader.phrases == ["#0000ff", "#00ff00", "#010000", "#ff0000", "#ffffff"])
        #expect(reader.frames == 2 && reader.size == FrameSize(width: 3, height: 2))
        #expect(try labels(reader) == [[0, 4, 1, 0, 2, 3], [5, 4, 0, 0, 0, 1]])
    }

    @Test func `255 colours beside black are still exact`() throws {
        // Squares of 4x4 pixels.
        let numbers = (0..<64 * 64).map { $0 / 256 * 16 + $0 % 64 / 4 }
        let path = try pngs([Frame(width: 64, height: 64, colours: numbers.map { UInt32($0) })])
        let reader = try ColourLabelReader(path: path)
        #expect(reader.phrases.count == 255)
        #expect(try labels(reader) == [numbers.map { UInt8($0) }])
    }

    @Test func `more colours than labels are clustered around the common ones`() throws {
        // Noise of 8 levels a channel around two colours and black, in the proportions 2 : 1 : 1.
        var random = SeededRandom(6)
        let bases: [UInt32] = [0xd02020, 0xd02020, 0x2020d0, 0x000000]
        let side = 64
        let colours = (0..<side * side).map { i in
            bases[i % side / 16] | UInt32(random.next() & 7) << 16 | UInt32(random.next() & 7) << 8
                | UInt32(random.next() & 7)
        }
        #expect(Set(colours).count > 256)
        let reader = try ColourLabelReader(path: pngs([Frame(width: side, height: side, colours: colours)]))
        #expect(reader.phrases == ["#d42424", "#2423d4"])
        #expect(try labels(reader) == [(0..<side * side).map { [1, 1, 2, 0][$0 % side / 16] }])
    }

    @Test func `without any colour there is no object`() throws {
        let reader = try ColourLabelReader(path: pngs([Frame(width: 2, height: 2, colours: [0, 0, 0, 0])]))
        #expect(reader.phrases.isEmpty)
        #expect(try labels(reader) == [[0, 0, 0, 0]])
    }

    @Test func `the limit holds for the frames that are given`() throws {
        let frames = [UInt32(0xff0000), 0x00ff00, 0x0000ff].map { Frame(width: 2, height: 1, colours: [$0, 0]) }
        let reader = try ColourLabelReader(path: pngs(frames), limit: 2)
        #expect(reader.frames == 2)
        #expect(reader.phrases == ["#00ff00", "#ff0000"])
        #expect(try labels(reader) == [[2, 0], [1, 0]])
    }

    @Test func `images of unequal size are refused by name`() throws {
        let path = try pngs([.noise(4, 3), .noise(4, 4)])
        let error = #expect(throws: FileError.self) { try ColourLabelReader(path: path) }
        #expect(
            error
                == FileError(
                    .malformed, file: path + "/0001.png",
                    "is 4x4, but the folder's first image is 4x3; make them one size"))
    }

    @Test func `a folder without pictures says so`() throws {
        let empty = #expect(throws: FileError.self) { try openLabels(folder.path) }
        #expect(
            empty
                == FileError(
                    .malformed, file: folder.path,
                    "is a folder without pictures; name a video, or a folder of 0000.png, 0001.png, …"))
        try folder.write("no image", to: "notes.txt")
        #expect(throws: FileError.self) { try openLabels(folder.path) }
        let path = try folder.write("no image either", to: "0000.PNG")
        let broken = #expect(throws: FileError.self) { try openLabels(folder.path) }
        #expect(broken?.code == .malformed && broken?.file == path)
    }
}

@Suite struct ForegroundReaderTests {
    @Test func `a pixel is foreground when its brightest channel is above 127`() throws {
        let folder = TemporaryFolder()
        let colours: [UInt32] = [0x000000, 0x7f7f7f, 0x807f7f, 0xff0000, 0x00007f, 0xffffff]
        try Frame(width: 3, height: 2, colours: colours).write(to: folder.file("0.png"))
        let reader = try ForegroundReader(path: folder.path)
        #expect(reader.size == FrameSize(width: 3, height: 2))
        #expect(try reader.next()?.pixels == [0, 0, 1, 1, 0, 1])
        #expect(try reader.next() == nil)
    }

    @Test func `a recorded mask video has both`() throws {
        let reader = try ForegroundReader(path: Places.recorded + "/dataset/foreground/task_0000.mp4")
        #expect(reader.size == FrameSize(width: 320, height: 192))
        let first = try #require(try reader.next())
        #expect(Set(first.pixels) == [0, 1])
    }
}
