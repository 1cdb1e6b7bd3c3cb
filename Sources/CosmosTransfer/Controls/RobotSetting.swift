/// How a robot's picture and its surroundings are told apart by weights (spec §6.9). The raw values are the official names.
public enum RobotSetting: String, Sendable, CaseIterable {
    /// Blur and edges hold the robot, segments hold the rest.
    case fgVisEdgeBgSeg = "fg_vis_edge_bg_seg"
    /// Edges hold the robot, segments hold the rest.
    case fgEdgeBgSeg = "fg_edge_bg_seg"

    /// Every control with its weight in the foreground and in the background.
    public var weights: [(kind: ControlKind, foreground: Int, background: Int)] {
        let vis = self == .fgVisEdgeBgSeg ? 1 : 0
        return [(.vis, vis, 0), (.edge, 1, 0), (.seg, 0, 1), (.depth, 0, 0)]
    }
}
