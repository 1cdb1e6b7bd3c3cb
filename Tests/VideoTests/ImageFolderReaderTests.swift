import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct ImageFolderReaderTests {
    private let folder = TemporaryFolder()

    @Test func `pictures come in the order of their numbers, with the bytes that were written`() throws {
        let frames = (0..<3).map { Frame.noise(5, 4, seed: $0) }
        for (frame, name) in zip(frames, ["f_10.png", "f_9.png", "f_11.PNG"]) { try frame.write(to: folder.file(name)) }
        try folder.write("not an image", to: "notes.txt")
        let reader = try openFrames(folder.path)
        #expect(reader.size == FrameSize(width: 5, height: 4))
        #expect(reader.declaredFrames == 3 && reader.expectedFrames == 3 && reader.rate == 0 && reader.tags == nil)
        let read = try (0..<4).map { _ in try reader.next() }
        #expect(read == [frames[1], frames[0], frames[2], nil])
        #expect(reader.warnings == [])
    }

    @Test func `what systems and viewers leave beside pictures is passed over`() throws {
        let frames = (0..<2).map { Frame.noise(5, 4, seed: $0) }
        for (i, frame) in frames.enumerated() { try frame.write(to: folder.file("\(i).png")) }
        try Frame.noise(2, 2).write(to: folder.file("thumbnail.png"))
        try Frame.noise(2, 2).write(to: folder.file("0_thumb.jpg"))
        for name in ["._0.png", ".DS_Store", "Thumbs.db", ".hidden/2.png", "sub/3.png"] {
            try folder.write([0, 5, 22, 7, 0, 2, 0, 0], to: name)
        }
        let reader = try openFrames(folder.path)
        #expect(try [reader.next(), reader.next(), reader.next()] == [frames[0], frames[1], nil])
        #expect(reader.warnings == [])
    }

    @Test(arguments: ["jpg", "jpeg", "bmp", "tif", "webp"]) func `pictures of other kinds are read too`(
        _ kind: String
    ) throws {
        try FFmpeg.make("%d.\(kind)", frames: 12, kind == "webp" ? "-c:v libwebp" : "", in: folder)
        let reader = try openFrames(folder.path)
        var count = 0
        while let frame = try reader.next() {
            count += 1
            #expect(try frame == Frame(path: folder.file("\(count).\(kind)")))
        }
        #expect(count == 12 && reader.warnings == [])
    }

    @Test func `a JPEG picture whose data end early is refused, not shown half grey`() throws {
        try FFmpeg.make("1.jpg", frames: 1, size: "256x192", in: folder)
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file("1.jpg"))))
        try folder.write(Array(whole.prefix(whole.count / 2)), to: "1.jpg")
        let error = #expect(throws: FileError.self) { try ImageFolderReader(path: folder.path).next() }
        #expect(error == FileError(.malformed, file: folder.file("1.jpg"), "is a damaged picture; make it again"))
    }

    @Test func `an image of another size is refused by name`() throws {
        for (i, frame) in [Frame.noise(5, 4), .noise(4, 5)].enumerated() {
            try frame.write(to: folder.file("\(i).png"))
        }
        let reader = try ImageFolderReader(path: folder.path)
        #expect(try reader.next() != nil)
        let error = #expect(throws: FileError.self) { try reader.next() }
        #expect(
            error
                == FileError(
                    .malformed, file: folder.file("1.png"),
                    "is 4x5, but the folder's first image is 5x4; make them one size"))
    }

    @Test(arguments: [0, 0.3, 0.7]) func `an image that is cut is refused`(_ share: Double) throws {
        let path = folder.file("0.png")
        try Frame.noise(40, 30).write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try folder.write(Array(whole.prefix(Int(Double(whole.count) * share))), to: "0.png")
        let error = #expect(throws: FileError.self) { try ImageFolderReader(path: folder.path).next() }
        #expect(error?.code == .malformed && error?.file == path)
    }

    @Test func `an empty folder and a missing one say so`() throws {
        let empty = #expect(throws: FileError.self) { try openFrames(folder.path) }
        #expect(
            empty
                == FileError(
                    .malformed, file: folder.path,
                    "is a folder without pictures; name a video, or a folder of 0000.png, 0001.png, …"))
        let missing = #expect(throws: FileError.self) { try ImageFolderReader(path: folder.file("missing")) }
        #expect(missing?.code == .unreadable)
    }
}
