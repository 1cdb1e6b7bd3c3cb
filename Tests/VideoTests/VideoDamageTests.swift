import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// Damage is told by the numbers of frames, from what decoder and container say.
@Suite struct VideoDamageTests {
    private let folder = TemporaryFolder()

    private func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
    }

    /// Frames, warnings, and the error that ended the reading.
    private func read(_ name: String) throws -> (frames: [Frame], warnings: [String], error: FileError?) {
        var frames: [Frame] = []
        let reader: VideoReader
        do throws(FileError) { reader = try VideoReader(path: folder.file(name)) } catch { return ([], [], error) }
        do throws(FileError) {
            while let frame = try reader.next() { frames.append(frame) }
        } catch {
            let again = #expect(throws: FileError.self) { try reader.next() }
            #expect(again == error)
            return (frames, reader.warnings, error)
        }
        return (frames, reader.warnings, nil)
    }

    /// The file with a part of its bytes zeroed, as shares of its length.
    private func zero(_ name: String, _ range: Range<Double>, as new: String) throws {
        var bytes = try bytes(name)
        for i in Int(range.lowerBound * Double(bytes.count))..<Int(range.upperBound * Double(bytes.count)) {
            bytes[i] = 0
        }
        try folder.write(bytes, to: new)
    }

    @Test func `a hole in the data of an MP4 file is a warning that names the frames up to the next key frame`() throws
    {
        try FFmpeg.make(
            "whole.mp4", frames: 60, size: "192x144", "-c:v libx264 -g 30 -bf 0 -qp 12 -movflags faststart", in: folder)
        try zero("whole.mp4", 0.6..<0.602, as: "damaged.mp4")
        let whole = try read("whole.mp4")
        let damaged = try read("damaged.mp4")
        #expect(whole.warnings == [] && whole.error == nil && whole.frames.count == 60)
        #expect(damaged.error == nil && damaged.frames.count == 60)
        let warning = try #require(damaged.warnings.first)
        let parts = try #require(warning.firstMatch(of: /frames ([0-9]+)-([0-9]+) are damaged \(([0-9]+) in all\)/))
        let (first, last) = (try #require(Int(parts.1)), try #require(Int(parts.2)))
        #expect(Int(parts.3) == last - first + 1 && [29, 59].contains(last))
        // What is not named is as it was.
        for i in 0..<60 where !(first...last).contains(i) {
            #expect(damaged.frames[i] == whole.frames[i], "frame \(i)")
        }
        #expect(damaged.frames[first] != whole.frames[first])
    }

    @Test func `frames that are lost in the middle are an error, because all behind would move`() throws {
        try FFmpeg.make("whole.avi", "-c:v mjpeg", in: folder)
        var bytes = try bytes("whole.avi")
        var place = 0
        for _ in 0..<11 {  // the index has one such word, too
            place = try #require(Data(bytes).range(of: Data("00dc".utf8), in: (place + 4)..<bytes.count)).lowerBound
        }
        for i in place + 8..<place + 300 { bytes[i] = 0 }
        try folder.write(bytes, to: "damaged.avi")
        let damaged = try read("damaged.avi")
        let reason = try #require(damaged.error?.reason)
        #expect(
            reason
                == "has lost a frame before frame 9: all frames behind would be compared with wrong ones; copy or make it again"
        )
        #expect(damaged.frames.count == 9)
    }

    @Test(arguments: [
        "whole.mp4 -c:v libx264 -g 10 -movflags faststart", "whole.mov -c:v prores -movflags faststart",
        "whole.mkv -c:v ffv1", "whole.webm -c:v libvpx-vp9 -g 5 -crf 10", "whole.avi -c:v mjpeg",
        "whole.avi -c:v mpeg4 -g 5",
    ]) func `a file that was cut is an error once its end is reached`(_ kind: String) throws {
        let words = kind.split(separator: " ", maxSplits: 1)
        let name = String(words[0])
        try FFmpeg.make(name, String(words[1]), in: folder)
        let whole = try read(name)
        #expect(whole.error == nil && whole.frames.count == 20 && whole.warnings == [], "\(kind)")
        for share in [0.98, 0.9, 0.7] {
            let all = try bytes(name)
            try folder.write(Array(all.prefix(Int(share * Double(all.count)))), to: "cut-" + name)
            let cut = try read("cut-" + name)
            #expect(
                cut.error?.reason.contains("is truncated: ") == true, "\(kind) at \(share): \(cut.error?.reason ?? "")")
            #expect(cut.error?.reason.contains("copy or make it again") == true)
            // The last one may be broken; those before it are what they were.
            for i in 0..<max(0, cut.frames.count - 1) {
                #expect(cut.frames[i] == whole.frames[i], "\(kind), frame \(i)")
            }
        }
    }

    @Test(arguments: [
        "whole.mp4 -c:v libx264 -g 10 -movflags faststart", "whole.avi -c:v mjpeg", "whole.mkv -c:v ffv1",
    ])
    func `a tail of zeros, as an interrupted copy leaves it, is an error`(_ kind: String) throws {
        let words = kind.split(separator: " ", maxSplits: 1)
        try FFmpeg.make(String(words[0]), String(words[1]), in: folder)
        try zero(String(words[0]), 0.7..<1, as: "zeros-" + words[0])
        let read = try read("zeros-" + words[0])
        let reason = try #require(read.error?.reason, "\(kind)")
        #expect(reason.contains("damaged") || reason.contains("has lost"), "\(reason)")
        #expect(reason.contains(/\b[0-9]+\b/), "\(reason)")
        #expect(read.frames.count > 5 && read.frames.count < 20)
    }

    @Test func `a transport stream says which frame was torn`() throws {
        try FFmpeg.make("whole.ts", "-c:v mpeg2video -g 5", in: folder)
        let all = try bytes("whole.ts")
        try folder.write(Array(all.prefix(all.count * 3 / 5)), to: "cut.ts")
        let cut = try read("cut.ts")
        #expect(cut.error == nil && cut.frames.count > 5)
        #expect(
            cut.warnings.contains { $0.contains("\(cut.frames.count - 1)") && $0.contains("damaged") },
            "\(cut.warnings)")
    }
}
