import Testing
import Video

@testable import Scoring

@Suite struct PairDifferencesTests {
    private func facts(_ rate: Double = 24, _ tags: PictureTags? = PictureTags()) -> VideoFacts {
        VideoFacts(size: FrameSize(width: 64, height: 48), rate: rate, tags: tags)
    }

    @Test func `videos that are shown alike have no differences`() {
        #expect(differences(reference: facts(), generated: facts()) == [])
        #expect(differences(reference: facts(24000 / 1001.0), generated: facts(23.976)) == [])
        // Pictures in a folder say nothing of all that.
        #expect(differences(reference: facts(30), generated: facts(0, nil)) == [])
        // What is not stated is what readers take it for.
        let plain = PictureTags(pixelAspect: .init(width: 1, height: 1), isFullRange: false, matrix: "smpte170m")
        #expect(differences(reference: facts(24, plain), generated: facts()) == [])
        let rgb = PictureTags(isRGB: true)
        let full = PictureTags(isFullRange: true, matrix: "bt709")
        #expect(differences(reference: facts(24, rgb), generated: facts(24, full)) == [])
    }

    @Test func `rate, shape of pixels, turn, range and matrix are told`() {
        let tags = PictureTags(
            pixelAspect: .init(width: 4, height: 3), rotation: 90, isMirrored: true, isFullRange: true, matrix: "bt709")
        #expect(
            differences(reference: facts(29.97), generated: facts(24, tags)) == [
                "the generated video has 24 frames a second, the reference 29.97: frames are compared by number, not by time",
                "the generated video's pixels are 4:3 in shape, the reference's 1:1: pictures are compared as they are stored, not stretched",
                "the generated video was mirrored and turned clockwise by 90 degrees, the reference not turned, as their files ask",
                "the generated video has full-range colours, the reference colours of no stated range (limited): each was read by its own",
                "the generated video has the colour matrix bt709, the reference unstated (bt470bg): each was read by its own",
            ])
    }
}
