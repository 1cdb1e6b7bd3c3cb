import Testing

@testable import Video

@Suite struct FrameDamageTests {
    private let size = FrameSize(width: 64, height: 48)

    private func told(_ frames: [(since: Int?, isBehindHole: Bool, size: FrameSize)]) -> [String] {
        var damage = FrameDamage()
        for (index, frame) in frames.enumerated() {
            damage.add(index, damagedSince: frame.since, isBehindHole: frame.isBehindHole, size: frame.size)
        }
        return damage.warnings(path: "a.mp4")
    }

    @Test func `sound frames have nothing to say`() {
        #expect(told([(nil, false, size), (nil, false, size)]) == [])
        #expect(told([]) == [])
    }

    @Test(arguments: [
        ([3], "frame 3 is damaged and shown as far as it decodes"),
        ([3, 4, 5], "frames 3-5 are damaged (3 in all) and shown as far as they decode"),
        ([0, 2, 3, 7], "frames 0, 2-3 and 7 are damaged (4 in all) and shown as far as they decode"),
    ]) func `damaged frames are counted and named`(_ damaged: [Int], _ text: String) {
        let lines = told((0..<10).map { (damaged.contains($0) ? $0 : nil, false, size) })
        #expect(lines == ["a.mp4: \(text)"])
    }

    @Test func `many stretches are folded`() {
        let lines = told((0..<40).map { ($0.isMultiple(of: 2) ? $0 : nil, false, size) })
        #expect(
            lines.first?.contains("frames 0, 2, 4, 6, 8, 10, 12, 14 and at 12 places more are damaged (20 in all)")
                == true)
    }

    @Test func `damage reaches back to frames that are decoded later and shown earlier`() {
        let lines = told([
            (nil, false, size), (1, false, size), (nil, false, size), (nil, false, size), (2, false, size),
        ])
        #expect(lines == ["a.mp4: frames 1-4 are damaged (4 in all) and shown as far as they decode"])
    }

    @Test func `a hole is told by the frames beside it, another size by the frame that has it first`() {
        let small = FrameSize(width: 32, height: 24)
        let lines = told([
            (nil, false, size), (nil, true, size), (nil, false, small), (nil, false, small), (nil, false, size),
        ])
        #expect(
            lines == [
                "a.mp4: cannot be read between frames 0 and 1: frames may be missing there",
                "a.mp4: its pictures are 64x48 and then 32x24 from frame 2 and 64x48 from frame 4: all were scaled to the first size",
            ])
    }
}
