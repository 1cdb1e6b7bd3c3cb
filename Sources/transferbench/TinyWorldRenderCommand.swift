import ArgumentParser
import Experiment
import Foundation
import Synchronization
import Tensors
import TinyWorld
import Video

struct TinyWorldRenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write clips as a dataset that `score --dataset` reads.",
        discussion: """
            Writes videos, captions (a clip's own and five that change its appearance), depth_npzs, masks, foreground, \
            controls/{vis,edge,depth,seg} (and hdmap, lidar for driving) and scene/ID.json with camera, poses, boxes and \
            lanes. The same seed gives the same clips on every machine.

              transferbench tinyworld render --domain driving --seed 7 --count 4 --out data

            With --variants the five other appearances are rendered too, into variants/videos: same geometry, other looks.
            """)

    @OptionGroup var options: TinyWorldOptions
    @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"), completion: .directory)
    var out: String
    @Option(help: ArgumentHelp("Blur of the vis control.", valueName: "preset"))
    var blurStrength = ControlStrength.medium
    @Option(help: ArgumentHelp("Thresholds of the edge control.", valueName: "preset"))
    var cannyThreshold = ControlStrength.medium
    @Flag(help: "Render the five other appearances too.")
    var variants = false

    func run() throws {
        let requests = try options.requests()
        let folder = try ClipFolder(path: out, hasVariants: variants, blur: blurStrength, canny: cannyThreshold)
        Interrupt.install("interrupted; finished clips are kept, and the same command makes all of them again")
        try usableInput { try folder.rehearse(requests) }
        let bar = ProgressBar(total: requests.count, unit: "clip")
        let failure = Mutex<(any Error)?>(nil)
        options.pool.run(requests.count) { i in
            guard failure.withLock({ $0 == nil }) else { return }
            do { try folder.write(requests[i]) } catch { failure.withLock { $0 = $0 ?? error } }
            bar.step()
        }
        bar.finish()
        try usableInput { if let error = failure.withLock({ $0 }) { throw error } }
        Terminal.note("\(out): \(requests.count) \(requests.count == 1 ? "clip" : "clips")")
    }
}
