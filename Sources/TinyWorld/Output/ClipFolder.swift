public import Experiment
internal import Foundation
public import Tensors
public import Video

/// Writes clips in the layout that `transferbench score --dataset` reads (metrics.md §1), with their controls and scenes.
///
/// Videos and controls are lossless `.mkv` files, masks and foreground folders of PNG images.
public struct ClipFolder: Sendable {
    public let path: String
    /// Whether the five variants are rendered too, as videos of a configuration called "variants".
    public let hasVariants: Bool

    private let vis: VisControl
    private let edge: EdgeControl

    /// Frames a second of every clip.
    public static let rate = 10.0

    /// - Parameters: how much the vis and edge controls leave out.
    /// - Throws: `BenchError` 69, when the folders cannot be made.
    public init(
        path: String, hasVariants: Bool = false, blur: ControlStrength = .medium, canny: ControlStrength = .medium
    ) throws(BenchError) {
        self.path = path
        vis = VisControl(blur)
        edge = EdgeControl(canny)
        self.hasVariants = hasVariants
        let controls = ["vis", "edge", "depth", "seg", "hdmap", "lidar"].map { "controls/\($0)" }
        for name in ["videos", "captions", "depth_npzs", "masks", "foreground", "scene"] + controls
            + (hasVariants ? ["variants/videos"] : [])
        {
            try makeFolder("\(path)/\(name)")
        }
    }

    /// Sees that the clips' videos and pictures can be written, before any is rendered.
    /// - Throws: `FileError` that says what keeps them from it.
    public func rehearse(_ requests: [ClipRequest]) throws(FileError) {
        guard let first = requests.first else { return }
        let size = FrameSize(width: first.columns, height: first.rows)
        func rehearse(_ folders: [String], _ suffix: String) throws(FileError) {
            let paths = folders.map { "\(path)/\($0)/\(first.id)\(suffix)" }
            try VideoRehearsal(paths, size: size, rate: Self.rate, frames: first.frames, times: requests.count).run()
        }
        let looks = hasVariants ? Array(repeating: "variants/videos", count: ClipRenderer.variants) : []
        try rehearse(["videos"] + ["vis", "edge", "depth", "seg"].map { "controls/\($0)" } + looks, ".mkv")
        try rehearse(["masks", "foreground"], "/")
    }

    /// Renders a clip and writes its files; the scene comes last, so a clip that has one is whole.
    /// - Throws: `BenchError` or `FileError`, when a file cannot be written.
    public func write(_ request: ClipRequest, pool: WorkerPool = WorkerPool(threads: 1)) throws {
        let renderer = try ClipRenderer(request)
        let clip = renderer.render(looks: hasVariants ? Array(0...ClipRenderer.variants) : [0], pool: pool)
        let id = request.id
        let frames = clip.looks[0].frames
        try video(frames, "videos/\(id).mkv")
        for look in clip.looks.dropFirst() {
            try video(look.frames, "variants/videos/\(id)_caption\(look.number).mkv")
        }
        try NpzWriter.write(
            clip.depth, shape: [request.frames, request.rows, request.columns], to: "\(path)/depth_npzs/\(id).npz",
            kind: DepthKind.metres.rawValue)
        let segments = clip.segmentPictures()
        try video(segments, "masks/\(id)/")
        try video(clip.foregroundPictures(), "foreground/\(id)/")
        try video(frames.map { vis($0) }, "controls/vis/\(id).mkv")
        try video(frames.map { edge($0) }, "controls/edge/\(id).mkv")
        try video(clip.depthPictures(), "controls/depth/\(id).mkv")
        try video(segments, "controls/seg/\(id).mkv")
        if request.domain == .driving {
            try video(clip.hdmap(), "controls/hdmap/\(id).mkv")
            try video(clip.lidar(), "controls/lidar/\(id).mkv")
        }
        for number in 0...ClipRenderer.variants {
            let name = number == 0 ? id : "\(id)_caption\(number)"
            try writeJSON(["caption": renderer.caption(number)], to: "\(path)/captions/\(name).json")
        }
        try writeJSON(ClipDocument(clip), to: "\(path)/scene/\(id).json")
    }

    private func video(_ frames: [Frame], _ name: String) throws(FileError) {
        guard let first = frames.first else { return }
        let writer = try VideoWriter(path: "\(path)/\(name)", size: first.size, rate: Self.rate)
        for frame in frames { try writer.append(frame) }
        try writer.finish()
    }
}
