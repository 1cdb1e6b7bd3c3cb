import Foundation
import TestSupport
import Testing
import TinyWorld
import Video

/// The clips of `Fixtures/tinyworld/clips` are what the renderer gives.
@Suite struct ShippedClipTests {
    @Test(arguments: Domain.allCases)
    func `a shipped clip is rendered again bit for bit`(domain: Domain) throws {
        let request = ClipRequest(domain: domain, seed: 2026, index: 3, rows: 64, columns: 96, frames: 9)
        let clip = try ClipRenderer(request).render(looks: [0])
        let path = Places.repository.appendingPathComponent("Fixtures/tinyworld/clips/videos/\(request.id).mkv").path
        let reader = try openFrames(path)
        for frame in clip.looks[0].frames { #expect(try reader.next() == frame) }
        #expect(try reader.next() == nil)
    }
}
