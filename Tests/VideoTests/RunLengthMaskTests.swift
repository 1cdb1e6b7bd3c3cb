import Tensors
import TestSupport
import Testing
import Video

@Suite struct RunLengthMaskTests {
    private func decoded(_ code: [UInt8], frames: Int, pixels: Int) throws(FileError) -> [UInt8] {
        var mask = try RunLengthMask(counts: code, pixels: frames * pixels, file: "test")
        var result: [UInt8] = []
        for _ in 0..<frames {
            var frame = [UInt8](repeating: 0, count: pixels)
            mask.paint(7, over: &frame)
            result += frame
        }
        return result
    }

    private func reason(_ code: [UInt8], pixels: Int) throws -> String {
        let error = #expect(throws: FileError.self) { try RunLengthMask(counts: code, pixels: pixels, file: "test") }
        #expect(error?.code == .malformed)
        return error?.reason ?? ""
    }

    @Test func `masks of every density come back as they were`() throws {
        var random = SeededRandom(9)
        for density in [0, 1, 50, 128, 250, 256] as [UInt64] {
            for (frames, pixels) in [(1, 1), (3, 100), (5, 4001)] {
                let mask = (0..<frames * pixels).map { _ in random.next() % 256 < density }
                let painted = try decoded(runLengthCode(of: mask), frames: frames, pixels: pixels)
                expectEqual(painted, mask.map { $0 ? 7 : 0 }, "\(density)/256 of \(frames) x \(pixels)")
            }
        }
    }

    @Test func `long runs, and runs across frames, come back as they were`() throws {
        let runs = [0, 1, 40_000, 33_333, 2, 1, 1, 70_000, 16, 15, 32, 31]
        let mask = runs.enumerated().flatMap { [UInt8](repeating: $0.offset % 2 == 1 ? 7 : 0, count: $0.element) }
        let frames = mask.count / 11
        let code = runLengthCode(runs: runs + [frames * 11 + 11 - mask.count])
        let padded = mask + [UInt8](repeating: 0, count: frames * 11 + 11 - mask.count)
        expectEqual(try decoded(code, frames: frames + 1, pixels: 11), padded)
    }

    @Test func `painting leaves what the mask does not cover`() throws {
        var mask = try RunLengthMask(counts: runLengthCode(runs: [2, 3, 1]), pixels: 6, file: "test")
        var frame: [UInt8] = [1, 2, 3, 4, 5, 6]
        mask.paint(9, over: &frame)
        #expect(frame == [1, 2, 9, 9, 9, 6])
        // Beyond the last run there is nothing to paint.
        mask.paint(8, over: &frame)
        #expect(frame == [1, 2, 9, 9, 9, 6])
    }

    @Test func `runs that do not add up to the shape are refused with both numbers`() throws {
        #expect(try reason(runLengthCode(runs: [2, 3]), pixels: 6).contains("5 pixels where its shape needs 6"))
        #expect(try reason([], pixels: 6).contains("0 pixels where its shape needs 6"))
        #expect(try reason(runLengthCode(runs: [2, 5]), pixels: 6).contains("damaged"))
    }

    @Test func `what is no run-length code is damaged`() throws {
        let good = runLengthCode(runs: [1000, 2000, 3000])
        #expect(try decoded(good, frames: 1, pixels: 6000).count == 6000)
        for character in [0, 32, 47, 112, 127, 255] as [UInt8] {
            for place in good.indices {
                var code = good
                code[place] = character
                #expect(try reason(code, pixels: 6000).contains("damaged"), "\(character) at \(place)")
            }
        }
        for length in 0..<good.count { _ = try reason(Array(good.prefix(length)), pixels: 6000) }
    }

    @Test func `negative and overflowing runs are damaged`() throws {
        #expect(try reason(runLengthCode(runs: [-5, 11]), pixels: 6).contains("damaged"))
        #expect(try reason(runLengthCode(runs: [2, 3, 1, 2, -2]), pixels: 6).contains("damaged"))
        // Twelve chunks are the most that 60 bits hold.
        #expect(try reason([UInt8](repeating: 48 + 63, count: 12) + [48], pixels: 6).contains("damaged"))
        // Each of these adds 2^59 - 1 to the run two before, until neither a run nor the sum fits.
        let large = [UInt8](repeating: 48 + 63, count: 11) + [48 + 15]
        #expect(try reason(large, pixels: 6).contains("damaged"))
        #expect(try reason(Array(repeatElement(large, count: 100).joined()), pixels: .max).contains("damaged"))
    }

    @Test func `random damage is read or refused, never more`() {
        var random = SeededRandom(41)
        let good = runLengthCode(of: (0..<600).map { _ in random.next() % 3 == 0 })
        for _ in 0..<3000 { _ = try? decoded(random.damaged(good), frames: 3, pixels: 200) }
    }
}
