import CosmosTransfer
import Experiment
import Foundation
import Generation
import Tensors
import TestSupport
import Video

/// A weights folder with random numbers and a clip, small enough for whole videos in tests.
struct TinySet {
    let folder = TemporaryFolder()
    let weights: String
    let pool = WorkerPool(threads: 2)
    static let size = FrameSize(width: 48, height: 32)
    private static let config = """
        {"dit":{"D":24,"heads":2,"blocks":2,"lora_rank":4,"text_dim":8,"max_hw":[16,16],"max_t":4},
         "ctrl":{"blocks":1,"hint_channels":16,"names":["vis","edge","depth"]},
         "tokenizer":{"channels":4,"multipliers":[1,1,1],"res_blocks":1},
         "text":{"d_model":8,"layers":1,"heads":2,"d_kv":4,"d_ff":16,"vocab":384,"tokens":16},
         "sampler":{"n":2},"clip":{"frames":9,"h":32,"w":48}}
        """

    init() throws {
        weights = folder.file("weights")
        try folder.write(Self.config, to: "weights/config.json")
        let configuration = try ModelConfiguration(path: weights + "/config.json")
        for (name, shapes) in RandomWeights.files(of: configuration) {
            let path = "\(weights)/\(name)"
            try RandomWeights(seed: 5, element: .float32).write(shapes, to: path, pool: pool)
            guard name.hasSuffix("_control.safetensors") else { continue }
            // Random networks hardly listen to their controls; these shall.
            let loud = try TensorFile.read(path: path).mapValues { stored in
                let isHint = stored.name.hasPrefix("zero_blocks") || stored.name.hasPrefix("input_hint_block")
                return Tensor(shape: stored.shape, values: stored.floats().map { isHint ? 20 * $0 : $0 })
            }
            try SafetensorsWriter.write(loud, to: path)
        }
        try FileManager.default.copyItem(
            at: Places.repository.appendingPathComponent("Fixtures/references/text/small/spiece.model"),
            to: URL(fileURLWithPath: weights + "/spiece.model"))
        try video("clip.mkv")
    }

    func opened() throws -> WeightsFolder { try WeightsFolder(path: weights) }

    /// A lossless video in which a square moves; `level` shifts its colours.
    @discardableResult
    func video(
        _ name: String, frames: Int = 9, size: FrameSize = TinySet.size, level: Int = 0
    ) throws -> String {
        try write(name, frames: frames, size: size) { t, x, y in
            (4 + t..<18 + t).contains(x) && (8..<22).contains(y)
                ? [230, 60, 40] : [UInt8((3 * x + level) % 256), UInt8(5 * y % 256), 90]
        }
    }

    /// A mask video, white in the columns left of `edge`.
    func mask(_ name: String, until edge: Int, frames: Int = 9) throws -> String {
        try write(name, frames: frames, size: Self.size) { _, x, _ in [UInt8](repeating: x < edge ? 255 : 0, count: 3) }
    }

    private func write(
        _ name: String, frames: Int, size: FrameSize, colour: (_ t: Int, _ x: Int, _ y: Int) -> [UInt8]
    ) throws -> String {
        let writer = try VideoWriter(path: folder.file(name), size: size, rate: 10)
        for t in 0..<frames {
            var pixels: [UInt8] = []
            for y in 0..<size.height { for x in 0..<size.width { pixels += colour(t, x, y) } }
            try writer.append(Frame(width: size.width, height: size.height, pixels: pixels))
        }
        try writer.finish()
        return folder.file(name)
    }

    func clip(
        video: String? = nil, controls: [String: ControlInput]? = nil, foreground: String? = nil
    ) -> ClipInputs {
        ClipInputs(
            name: "clip", video: video ?? folder.file("clip.mkv"),
            controls: controls ?? ["vis": .preset("medium"), "edge": .preset("medium")], foreground: foreground)
    }

    func task(
        _ configuration: String, _ weights: [(String, ControlAmount)], clip: ClipInputs,
        prompt: Prompt = Prompt(label: "", text: "a robot"), seed: UInt32 = 1
    ) throws -> VideoTask {
        let parent = folder.file("out/\(configuration)")
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        let name = clip.name + (prompt.label.isEmpty ? "" : "__\(prompt.label)")
        return VideoTask(
            configuration: WeightedConfiguration(
                name: configuration, weights: weights.map { (control: $0.0, amount: $0.1) }),
            clip: clip, prompt: prompt, seed: seed, output: "\(parent)/\(name).mkv", recipe: "0a1b2c3d")
    }

    static func frames(_ path: String) throws -> [Frame] {
        let reader = try openFrames(path)
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    /// What is left in the folders of outputs besides finished videos.
    func leftovers() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.file("out"))
            .filter { $0.split(separator: "/").contains { $0.hasPrefix(".") } }
    }
}

extension Generator {
    /// Makes videos; what became of each, in the tasks' order, as a sentence or nil. Counts what must add up.
    func results(_ tasks: [VideoTask]) throws -> [String?] {
        var results = [String?](repeating: "no result", count: tasks.count)
        var (seen, sum) = ([Int](), 0.0)
        try make(
            tasks, onProgress: { sum += $0 },
            onResult: { place, result in
                seen.append(place)
                switch result {
                case .success: results[place] = nil
                case .failure(let error): results[place] = "\(error)"
                }
                return true
            })
        guard seen.sorted() == Array(tasks.indices), abs(sum - 1) < 1e-9 else {
            throw BenchError(.bug, "results came for \(seen), and the work was \(sum)")
        }
        return results
    }
}
