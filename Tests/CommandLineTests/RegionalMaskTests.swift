import Foundation
import TestSupport
import Testing
import Video

/// Masks of regional prompts, as `generate` reads them.
@Suite struct RegionalMaskTests {
    private let folder = TemporaryFolder()
    private let clip = Places.recorded + "/dataset/videos/task_0000.mp4"

    init() throws { try TinyWeights.make(in: folder) }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    @Test func `the mask of a regional prompt is read as all masks are, and one that selects nothing is refused`()
        throws
    {
        func mask(_ value: UInt32, frames: Int) throws -> String {
            let name = "mask\(value)-\(frames)"
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
            let colours = (0..<48 * 32).map { $0 % 48 < 24 ? value << 16 | value << 8 | value : 0 }
            for i in 0..<frames {
                try Frame(width: 48, height: 32, colours: colours).write(to: folder.file("\(name)/\(i).png"))
            }
            return name
        }
        func video(_ mask: String) throws -> Program.Result {
            try folder.write(
                """
                {"prompt": "a robot", "input_video_path": "\(clip)", "num_steps": 1, "vis": {"control_weight": 0.5},
                 "regional_prompts": [{"prompt": "a cup", "region_definitions_path": "\(mask)"}]}
                """, to: "spec.json")
            return try program.run(
                ["generate", "spec.json", "--weights", "w", "--num-frames", "9", "--out", mask + "-out/"], in: folder)
        }
        let white = try mask(255, frames: 9)
        #expect(try video(white).status == 0)
        for (value, frames, note) in [(190, 9, ""), (1, 9, "holds 0 and 1 alone"), (255, 3, "its last holds on")] {
            let other = try mask(UInt32(value), frames: frames)
            let made = try video(other)
            #expect(made.status == 0 && (note.isEmpty || made.errors.contains(note)), "\(made.errors)")
            let frame = try FileManager.default.contentsOfDirectory(atPath: folder.file(white + "-out")).sorted()[4]
            #expect(try bytes("\(white)-out/\(frame)") == bytes("\(other)-out/\(frame)"), "\(other)")
        }
        let refused = try video(try mask(0, frames: 9))
        #expect(refused.status == 65 && refused.errors.contains("selects nothing in any frame"), "\(refused.errors)")
    }
}
