import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// A damaged file of any codec is read or refused; the process goes on. `make sanitize` runs ten thousand of them under the
/// address sanitizer, the ordinary tests some hundred.
@Suite struct MutatedVideoTests {
    private static let count = Int(ProcessInfo.processInfo.environment["TRANSFERBENCH_MUTATIONS"] ?? "") ?? 240
    /// Files of these together are `count`.
    private static let formats = [
        "a.mp4 -c:v libx264 -bf 2 -g 4 -movflags faststart", "a.mp4 -c:v libx265 -x265-params log-level=none:keyint=4",
        "a.webm -c:v libvpx-vp9 -g 4", "a.webm -c:v libvpx -g 4", "a.mkv -c:v ffv1 -level 3", "a.avi -c:v mjpeg",
        "a.mov -c:v prores", "a.ts -c:v mpeg2video -bf 1 -g 4", "a.ogv -c:v libtheora", "a.avi -c:v mpeg4 -bf 1",
        "a.gif", "a.mkv -c:v libaom-av1 -cpu-used 8 -g 4",
    ]

    @Test(arguments: formats) func `mutated videos are read or refused`(_ format: String) throws {
        let folder = TemporaryFolder()
        let words = format.split(separator: " ", maxSplits: 1).map(String.init)
        let path = try FFmpeg.make(words[0], frames: 6, size: "48x32", words.count > 1 ? words[1] : "", in: folder)
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var random = SeededRandom(UInt64(Self.formats.firstIndex(of: format) ?? 0))
        #expect(try FrameSurvey(of: path).frames > 3)  // Theora leaves out frames that do not change
        for _ in 0..<(Self.count + Self.formats.count - 1) / Self.formats.count {
            let mutated = try folder.write(mutate(whole, &random), to: "mutated-" + words[0])
            // A header may promise any size and any number of frames.
            do throws(FileError) {
                #expect(try FrameSurvey(of: mutated, limit: 12).frames > 0)
            } catch {
                #expect(!error.reason.isEmpty && !error.reason.contains("\n"))
            }
        }
    }

    /// What bad disks, broken copies and attackers make: bytes changed, cut out, doubled, zeroed, cut off.
    private func mutate(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var result = random.damaged(bytes)
        let start = Int(random.next() % UInt64(result.count))
        let end = min(result.count, start + 1 + Int(random.next() % 64))
        switch random.next() % 8 {
        case 0: for i in start..<end { result[i] = UInt8(truncatingIfNeeded: random.next()) }
        case 1: for i in start..<end { result[i] = 0 }
        case 2: result.insert(contentsOf: result[start..<end], at: start)
        case 3: result.removeLast(result.count - max(1, start))
        case 4: for i in start..<end { result[i] = 0xff }
        default: break
        }
        return result
    }

    @Test(arguments: ["png", "jpg", "bmp", "tiff", "webp"]) func `mutated pictures are read or refused`(_ kind: String)
        throws
    {
        let folder = TemporaryFolder()
        let path = try FFmpeg.make("a.\(kind)", frames: 1, size: "48x32", in: folder)
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var random = SeededRandom(UInt64(kind.utf8.reduce(0) { $0 * 31 + Int($1) }))
        for _ in 0..<max(20, Self.count / 50) {
            let mutated = try folder.write(mutate(whole, &random), to: "mutated.\(kind)")
            do throws(FileError) {
                #expect(try Frame(path: mutated).size.pixels > 0)
            } catch { #expect(!error.reason.isEmpty) }
        }
    }
}
