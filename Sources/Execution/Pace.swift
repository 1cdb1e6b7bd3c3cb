internal import Experiment
internal import Foundation
internal import Results

/// How long videos take and how large they are, as far as the store has measured it.
struct Pace {
    /// nil where nothing is known of some of them.
    private var seconds: Double?
    private var bytes: Double?
    /// What the seconds were measured of.
    private var source = ""

    /// Takes videos of the same generator, in the same configurations where there are any; else what these same videos took
    /// under other recipes.
    /// - Parameter entries: those that are going to be made.
    init(of entries: [SuitePlan.Entry], store: Store?) throws(BenchError) {
        let all = try store?.measured() ?? []
        guard !all.isEmpty else { return }
        let configurations = Set(entries.map(\.task.configuration.name))
        let slots = Set(entries.map { VideoTask.slot(of: $0.task.output) })
        var (seconds, bytes): (Double?, Double?) = (0, 0)
        var known = 0
        var sources = Set<String>()
        for (generator, own) in Dictionary(grouping: entries, by: \.generator).sorted(by: { $0.key < $1.key }) {
            let same = all.filter { $0.generator == generator }
            let choices: [(source: String, videos: [KnownVideo])] = [
                ("of these configurations", same.filter { configurations.contains($0.configuration) }),
                ("of this generator", same),
                (
                    "of the same name under other recipes",
                    all.filter { slots.contains(VideoTask.slot(of: $0.video.path)) }
                ),
            ]
            guard let (source, videos) = choices.first(where: { !$0.videos.isEmpty }) else { return }
            let times = videos.compactMap(\.seconds)
            let mean = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
            seconds = seconds.flatMap { sum in mean.map { sum + $0 * Double(own.count) } }
            let size = Double(videos.map(\.video.bytes).reduce(0, +)) / Double(videos.count)
            bytes = bytes.map { $0 + size * Double(own.count) }
            known += videos.count
            sources.insert(source)
        }
        (self.seconds, self.bytes) = (seconds, bytes)
        let of = sources.count == 1 ? sources.first ?? "" : "of these generators"
        source = "as \(known) video\(known == 1 ? "" : "s") \(of) took"
    }

    var time: String {
        guard let seconds else { return "unknown: the store has no video of this generator yet" }
        return "about \(Self.words(seconds)), \(source); scoring comes on top"
    }

    func space(in folder: String) -> String {
        var place = folder
        while place != "/", !FileManager.default.fileExists(atPath: place) {
            place = URL(fileURLWithPath: place).deletingLastPathComponent().path
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: place)
        let free = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue
        let left = free.map { "\(Self.size($0)) free" } ?? "free space unknown"
        guard let bytes else { return "unknown; \(left)" }
        return "about \(Self.size(bytes)); \(left)"
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
