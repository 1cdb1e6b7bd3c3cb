import Foundation
import TestSupport
import Testing

let program = Program()

/// One clip of the recorded benchmark with its six videos in three configurations.
func layOutSmallBenchmark(in folder: TemporaryFolder, clips: [String] = ["task_0000"]) throws {
    for (source, target) in [
        ("dataset", "data"), ("vis", "vis"), ("edge", "edge"), ("uniform", "uniform"),
    ] {
        for kind in ["videos", "captions", "sam2_pkls", "depth_npzs", "foreground"] {
            let from = Places.recorded + "/" + source + "/" + kind
            for name in (try? FileManager.default.contentsOfDirectory(atPath: from)) ?? []
            where clips.contains(where: { name.hasPrefix($0) }) {
                let to = folder.file("\(target)/\(kind)")
                try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: from + "/" + name, toPath: to + "/" + name)
            }
        }
    }
}

let scoreAll = ["score", "--dataset", "data", "--videos", "vis", "--videos", "edge", "--videos", "uniform"]
