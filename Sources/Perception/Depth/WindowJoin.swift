/// Joins the depth of windows to that of one video. Memory holds the blended frames of one window and two more.
///
/// Every window after the first is brought to the scale of what was given before by the frames at its places 0 and 1, which
/// are the video's first frame and the earlier window's second keyframe: the first is compared with its depth in the first
/// window, the second with its depth in the window before, after that was brought to scale. The next frames go over from the
/// earlier window's depth to this one's, from share 0 to share 1 in equal steps; the rest is this window's alone.
struct WindowJoin {
    private let plan: WindowPlan
    /// The video's first frame in the first window, and the second keyframe in the last one.
    private var references: [[Float]] = []
    /// Frames that the next window will be mixed with.
    private var open: [[Float]] = []

    init(_ plan: WindowPlan) { self.plan = plan }

    /// Adds a window.
    /// - Parameters:
    ///   - depth: the depth at a place of the window; asked for once each, except the first two, in rising order.
    ///   - give: is given what is final, frame by frame.
    mutating func add(_ depth: (Int) -> [Float], give: ([Float]) throws -> Void) rethrows {
        var first = 0
        var fit: DepthFit?
        if !references.isEmpty {
            let found = DepthFit([depth(0), depth(1)], to: references)
            for (i, before) in open.enumerated() {
                let share = Double(i) / Double(plan.blend - 1)
                let (old, new) = (Float(1 - share), Float(share))
                let after = found(depth(plan.overlap - plan.blend + i))
                try give(zip(before, after).map { $0 * old + $1 * new })
            }
            open = []
            first = plan.overlap
            fit = found
        }
        let second = plan.keyframes[1]
        for place in first..<plan.length {
            let values = fit.map { $0(depth(place)) } ?? depth(place)
            if references.isEmpty { references = [values, values] }
            if place == second { references[1] = values }
            if place < plan.length - plan.blend { try give(values) } else { open.append(values) }
        }
    }

    /// Gives the frames that no window follows.
    mutating func finish(give: ([Float]) throws -> Void) rethrows {
        for values in open { try give(values) }
        open = []
    }
}
