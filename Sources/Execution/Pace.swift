internal import Experiment
internal import Foundation
internal import Results

/// How long videos take and how large they are, as far as the store has measured it.
struct Pace {
    private var seconds: Double?
    private var bytes: Double?
    /// What the seconds were measured of.
    private var source = ""

    /// Takes videos of the same generator, in the same configurations where there are any; else what these same videos took
    /// under other recipes.
    init(of tasks: [VideoTask], generator: String, store: Store?) throws(BenchError) {
        let all = try store?.measured() ?? []
        let configurations = Set(tasks.map(\.configuration.name))
        let slots = Set(tasks.map { VideoTask.slot(of: $0.output) })
        let choices: [(source: String, videos: [KnownVideo])] = [
            (
                "of these configurations",
                all.filter { $0.generator == generator && configurations.contains($0.configuration) }
            ),
            ("of this generator", all.filter { $0.generator == generator }),
            ("of the same name under other recipes", all.filter { slots.contains(VideoTask.slot(of: $0.video.path)) }),
        ]
        guard let (source, videos) = choices.first(where: { !$0.videos.isEmpty }) else { return }
        let times = videos.compactMap(\.seconds)
        seconds = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
        bytes = Double(videos.map(\.video.bytes).reduce(0, +)) / Double(videos.count)
        self.source = "as \(videos.count) video\(videos.count == 1 ? "" : "s") \(source) took"
    }

    func time(videos: Int) -> String {
        guard let seconds else { return "unknown: the store has no video of this generator yet" }
        return "about \(Self.words(seconds * Double(videos))), \(source); scoring comes on top"
    }

    func space(videos: Int, in folder: String) -> String {
        var place = folder
        while place != "/", !FileManager.default.fileExists(atPath: place) {
            place = URL(fileURLWithPath: place).deletingLastPathComponent().path
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: place)
        let free = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue
        let left = free.map { "\(Self.size($0)) free" } ?? "free space unknown"
        guard let bytes else { return "unknown; \(left)" }
        return "about \(Self.size(bytes * Double(videos))); \(left)"
    }

    private static func words(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds.rounded(.up))) s"
        case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
        default: String(format: "%.1f h", seconds / 3600)
        }
    }

    private static func size(_ bytes: Double) -> String {
        switch bytes {
        case ..<1e6: String(format: "%.0f kB", (bytes / 1e3).rounded(.up))
        case ..<1e9: String(format: "%.0f MB", (bytes / 1e6).rounded(.up))
        default: String(format: "%.1f GB", bytes / 1e9)
        }
    }
}
