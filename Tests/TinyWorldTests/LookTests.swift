import Testing
import TinyWorld
import Video

/// Variants change what a clip looks like and nothing else, and captions say so.
@Suite struct LookTests {
    @Test(arguments: Domain.allCases) func `variants differ in pictures and captions`(domain: Domain) throws {
        for index in 0..<3 {
            let looks = try clip(domain, index, looks: [0, 1, 2, 3, 4, 5], frames: 1).looks
            #expect(Set(looks.map(\.caption)).count == 6)
            for (i, a) in looks.enumerated() {
                for b in looks[(i + 1)...] {
                    let distance = zip(a.frames[0].pixels, b.frames[0].pixels).reduce(0) {
                        $0 + abs(Int($1.0) - Int($1.1))
                    }
                    #expect(distance > 4 * a.frames[0].pixels.count, "\(a.caption) / \(b.caption)")
                }
            }
        }
    }

    /// Words for what is there and what it does; the others say what it looks like.
    private static let content: Set<String> = [
        "arm", "lifts", "puts", "pushes", "reaches", "moves", "ball", "box", "can", "cup", "plate", "bottle", "board",
        "picks", "slides", "holds", "two", "hand", "hands", "left", "right", "car", "truck", "person", "ahead",
        "oncoming", "walking", "crossing", "buildings", "trees", "straight", "bending",
    ]

    @Test(arguments: Domain.allCases) func `all captions of a clip tell of the same things`(domain: Domain) throws {
        for index in 0..<20 {
            let renderer = try ClipRenderer(ClipRequest(domain: domain, seed: 5, index: index))
            let told = (0...ClipRenderer.variants).map { number in
                // The direction of light is a look.
                let caption = renderer.caption(number).replacing(/from the (left|right)/, with: "")
                return caption.split(whereSeparator: { " ,".contains($0) }).filter { Self.content.contains(String($0)) }
            }
            #expect(Set(told).count == 1, "\(told)")
        }
    }

    @Test func `captions use few words`() throws {
        var words: Set<String> = []
        for domain in Domain.allCases {
            for index in 0..<60 {
                let renderer = try ClipRenderer(ClipRequest(domain: domain, seed: 6, index: index))
                for number in 0...ClipRenderer.variants {
                    let caption = renderer.caption(number)
                    words.formUnion(caption.split(whereSeparator: { " ,".contains($0) }).map(String.init))
                    #expect(!caption.contains(" a orange") && !caption.contains("  "), "\(caption)")
                }
            }
        }
        #expect(words.count < 150, "\(words.count)")
        #expect(words.allSatisfy { $0.allSatisfy { ("a"..."z").contains($0) } }, "\(words.sorted())")
    }

    @Test func `textures make edges where depth and instances have none`() throws {
        // Of many clips, some show strong contrast between neighbours of one instance at one depth.
        var found = 0
        for index in 0..<10 {
            let clip = try clip(.robot, index, frames: 1)
            let pixels = clip.looks[0].frames[0].pixels
            for at in 0..<(64 * 96 - 1) where (at + 1) % 96 != 0 {
                let isFlat =
                    clip.instance[at] == clip.instance[at + 1] && abs(clip.depth[at] - clip.depth[at + 1]) < 0.005
                if isFlat, abs(Int(pixels[3 * at]) - Int(pixels[3 * at + 3])) > 40 { found += 1 }
            }
        }
        #expect(found > 500, "\(found)")
    }

    @Test func `shadows move with what throws them`() throws {
        // Table pixels of the same place whose colour changes although camera, place and material stay.
        var changed = 0
        for index in 0..<12 {
            let clip = try clip(.robot, index, frames: 9)
            guard clip.cameras[0] == clip.cameras[8] else { continue }
            let (a, b) = (clip.looks[0].frames[0].pixels, clip.looks[0].frames[8].pixels)
            let last = 8 * 64 * 96
            for at in 0..<64 * 96 where clip.instance[at] == 2 && clip.instance[last + at] == 2 {
                if abs(Int(a[3 * at + 1]) - Int(b[3 * at + 1])) > 25 { changed += 1 }
            }
        }
        #expect(changed > 200, "\(changed)")
    }
}
