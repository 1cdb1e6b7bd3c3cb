import CosmosTransfer
import Experiment
import Tensors
import TestSupport
import Testing

@Suite struct RegionalPromptsTests {
    /// A video of 9 frames of 96x64 pixels: latents 2x8x12, tokens 2x4x6.
    private func regions(_ shapes: [RegionShape], frames: Int = 9) throws -> RegionalPrompts {
        try RegionalPrompts(
            shapes.enumerated().map { RegionalPrompt(prompt: "prompt \($0)", shape: $1) }, latents: (8, 12),
            frames: frames, clipFrames: 9, tokens: [2, 4, 6], temporal: 8)
    }

    private func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) throws -> RegionShape {
        .boxes([try RegionBox(x1: x1, y1: y1, x2: x2, y2: y2)])
    }

    /// A map's first latent frame as text, a row a line.
    private func picture(_ map: RegionMap, frame: Int = 0) -> [String] {
        (0..<map.tokens[1]).map { y in
            (0..<map.tokens[2]).map { x in
                map.inside[(frame * map.tokens[1] + y) * map.tokens[2] + x] ? "#" : "."
            }.joined()
        }
    }

    @Test func `a box covers the tokens that lie in it for more than half`() throws {
        let map = try regions([box(0, 0, 0.5, 0.5)]).maps()[0]
        #expect(picture(map) == ["###...", "###...", "......", "......"])
        #expect(picture(map, frame: 1) == picture(map))
        // Edges fall inside of tokens: columns 1 to 4, rows 2 to 7 of the latent grid.
        #expect(
            picture(try regions([box(1.9 / 12, 0.25, 5.9 / 12, 1)]).maps()[0]) == [
                "......", ".#....", ".#....", ".#....",
            ])
        #expect(try regions([box(0, 0, 1, 1)]).maps()[0].inside.allSatisfy { $0 })
    }

    @Test func `several boxes are one region`() throws {
        let boxes = try [RegionBox(x1: 0, y1: 0, x2: 0.34, y2: 0.25), RegionBox(x1: 0.67, y1: 0.75, x2: 1, y2: 1)]
        #expect(picture(try regions([.boxes(boxes)]).maps()[0]) == ["##....", "......", "......", "....##"])
    }

    @Test func `bright pixels of a video are a region, at any size and clip by clip`() throws {
        // 17 frames of 24x16 pixels: the left third is bright, from frame 8 on all of it.
        var mask = Tensor(shape: [17, 16, 24])
        for i in 0..<mask.count where i % 24 < 8 || i / (16 * 24) >= 8 { mask.values[i] = 192 }
        let prompts = try regions([.video(StoredTensor(name: "m", mask))], frames: 17)
        let (first, second) = (prompts.maps()[0], prompts.maps(firstFrame: 8)[0])
        #expect(picture(first) == [String](repeating: "##....", count: 4))
        #expect(picture(first, frame: 1) == picture(first))
        #expect(second.inside.allSatisfy { $0 })
        mask.values = mask.values.map { $0 == 192 ? 191 : 0 }
        #expect(try regions([.video(StoredTensor(name: "m", mask))], frames: 17).maps()[0].isEmpty)
    }

    @Test func `masks and boxes become the tokens that PyTorch's trilinear resizing gives`() throws {
        // torch.nn.functional.interpolate to (9, 8, 12) and on to tokens, of (29t + 5y + 3x) mod 256.
        var mask = Tensor(shape: [9, 64, 96])
        for i in 0..<mask.count {
            let (t, y, x) = (i / (64 * 96), i / 96 % 64, i % 96)
            mask.values[i] = Float((29 * t + 5 * y + 3 * x) % 256)
        }
        let map = try regions([.video(StoredTensor(name: "m", mask))]).maps()[0]
        #expect(picture(map) == ["...#..", "......", "#....#", "......"])
        #expect(picture(map, frame: 1) == ["......", "....#.", "......", "......"])
        // A box at 1280x704: rows 6 to 37 and columns 21 to 47 of 44x80 tokens.
        let box = try RegionalPrompts(
            [RegionalPrompt(prompt: "", shape: box(0.26, 0.13, 0.61, 0.88))], latents: (88, 160), frames: 121,
            clipFrames: 121, tokens: [16, 44, 80], temporal: 8
        ).maps()[0]
        #expect(box.inside.count { $0 } == 16 * 864)
        #expect(box.inside[5 * 80..<6 * 80].allSatisfy { !$0 })
    }

    @Test func `regions that a segmentation found come after those that are given`() throws {
        var mask = Tensor(shape: [9, 64, 96])
        for i in 0..<mask.count where i % 96 >= 48 { mask.values[i] = 1 }
        let found = RegionShape.segmentation(StoredTensor(name: "m", mask))
        let prompts = try regions([found, box(0, 0, 0.5, 1), found, box(0, 0, 1, 0.5)])
        #expect(prompts.prompts == ["prompt 1", "prompt 3", "prompt 0", "prompt 2"])
        let maps = prompts.maps()
        #expect(picture(maps[0]) == [String](repeating: "###...", count: 4))
        #expect(picture(maps[2]) == [String](repeating: "...###", count: 4))
        #expect(maps[2] == maps[3] && maps.count == 4)
    }

    @Test func `definitions are boxes, lists and paths`() throws {
        func parse(_ text: String) throws -> [RegionDefinition] {
            try RegionDefinition.parse(JSON(Array(text.utf8), file: "spec.json"), file: "spec.json")
        }
        let half = RegionDefinition.box(try RegionBox(x1: 0, y1: 0, x2: 0.5, y2: 1))
        #expect(try parse("[0, 0, 0.5, 1]") == [half])
        #expect(try parse("[[0, 0, 0.5, 1], \"mask.mp4\", [0, 0, 0.5, 1]]") == [half, .video("mask.mp4"), half])
        #expect(try parse("\"masks/a.mp4\"") == [.video("masks/a.mp4")])
        let folder = TemporaryFolder()
        let path = try folder.write("[[0, 0, 0.5, 1], [0, 0, 0.5, 1]]", to: "regions.json")
        #expect(try parse("\"\(path)\"") == [half, half])
        for text in [
            "[]", "{}", "3", "\"\"", "[0, 0, 1]", "[0, 0, 1, 1, 1]", "[0, 0, 1, \"a\"]", "null", "[[]]", "[\"a.json\"]",
            "[0.5, 0, 0.5, 1]", "[0, 0, 2, 1]", "[-0.1, 0, 1, 1]", "[0, 1, 1, 0]", "[true, 0, 1, 1]",
        ] {
            #expect(throws: BenchError.self, "\(text)") { try parse(text) }
        }
        #expect(throws: FileError.self) { try parse("\"/nowhere/regions.json\"") }
        try folder.write("\"regions.json\"", to: "regions.json")
        #expect(throws: BenchError.self) { try parse("\"\(path)\"") }
        try folder.write("[[0, 0,", to: "regions.json")
        #expect(throws: FileError.self) { try parse("\"\(path)\"") }
    }

    @Test func `regions that cannot be used are refused by their number`() throws {
        let short = RegionShape.video(StoredTensor(name: "m", Tensor(shape: [8, 4, 4])))
        let flat = RegionShape.video(StoredTensor(name: "m", Tensor(shape: [4, 4])))
        for (shape, word) in [(short, "8 frames"), (flat, "[4, 4]"), (try box(0, 0, 0.01, 1), "boxes")] {
            let error = #expect(throws: BenchError.self) { try regions([box(0, 0, 1, 1), shape]) }
            #expect(error?.sentence.contains("regional prompt 2") == true)
            #expect(error?.sentence.contains(word) == true)
        }
        #expect(throws: BenchError.self) { try RegionBox(x1: .nan, y1: 0, x2: 1, y2: 1) }
    }
}
