import ArgumentParser
import Experiment
import Foundation
import Tensors
import TinyWorld

struct TinyWorldShardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shard",
        abstract: "Write clips as tensors in one file, for training.",
        discussion: """
            FILE.safetensors holds, for N clips (domain by domain, with all), V looks, T frames, H rows and W columns:
            rgb [N,V,T,H,W,3], instance, class, foreground, lane [N,T,H,W] as uint8, depth [N,T,H,W] in metres as float16, \
            and where there are driving clips hdmap, lidar [N,T,H,W,3]. FILE.json beside it holds for each clip its \
            captions (one a look), instances, camera, poses, boxes and lanes.

              transferbench tinyworld shard --domain robot --seed 7 --count 1000 --variants 2 --out robot.safetensors
            """)

    @OptionGroup var options: TinyWorldOptions
    @Option(help: ArgumentHelp("Looks of each clip: its own, and others of its five variants.", valueName: "n"))
    var variants = 2
    @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var out: String

    func validate() throws {
        guard (1...ClipRenderer.variants + 1).contains(variants) else {
            throw ValidationError("--variants is \(variants): give a number from 1 to \(ClipRenderer.variants + 1)")
        }
        guard out.hasSuffix(".safetensors") else {
            throw ValidationError("--out \(out) does not end in .safetensors: give such a name")
        }
    }

    func run() throws {
        let requests = try options.requests()
        let shard = try TrainingShard(requests, looks: variants)
        let path = try OutputPath.resolved(out, inputs: [])
        Interrupt.install("interrupted; the shard is not written")
        let bar = ProgressBar(total: requests.count, unit: "clip")
        try usableInput { try shard.write(to: path, pool: options.pool) { bar.step() } }
        bar.finish()
        Terminal.note("\(out): \(requests.count) \(requests.count == 1 ? "clip" : "clips")")
    }
}
