public import Video

/// What the metrics of one frame index work on. Parts that a pair does not have are nil.
public struct FramePair: Sendable {
    public let index: Int
    /// What depends on the reference clip alone.
    public let reference: ReferenceMaps
    /// The generated frame at the reference's size.
    public let generated: Frame
    /// 1 in the foreground, at the reference's size.
    public let foreground: Plane?
    public let depth: (reference: DepthFrame, generated: DepthFrame)?
    public let labels: (reference: Plane, generated: Plane)?

    public init(
        index: Int, reference: ReferenceMaps, generated: Frame, foreground: Plane? = nil,
        depth: (reference: DepthFrame, generated: DepthFrame)? = nil,
        labels: (reference: Plane, generated: Plane)? = nil
    ) {
        self.index = index
        self.reference = reference
        self.generated = generated
        self.foreground = foreground
        self.depth = depth
        self.labels = labels
    }
}

/// The maps of one reference frame that every video scored against it shares.
public struct ReferenceMaps: Sendable, Equatable {
    public let blurred: Frame
    public let edges: Plane

    public init(blurred: Frame, edges: Plane) {
        self.blurred = blurred
        self.edges = edges
    }

    /// Computes the maps that `protocol` measures with.
    public init(of frame: Frame, with filters: FrameFilters) {
        self.init(blurred: filters.blur(frame), edges: filters.canny(frame))
    }
}
