public import Video

/// What the metrics of one frame index work on. Parts that a pair does not have are nil.
public struct FramePair: Sendable {
    public let index: Int
    /// What depends on the reference clip alone.
    public let reference: ReferenceMaps
    /// The generated frame at the reference's size.
    public let generated: Frame
    /// The same as its file has it.
    public let originalGenerated: Frame
    /// 1 in the foreground, at the reference's size.
    public let foreground: Plane?
    /// The same as its file has it: maps of other sizes are masked from here.
    public let originalForeground: Plane?
    public let depth: (reference: DepthFrame, generated: DepthFrame)?
    public let labels: (reference: Plane, generated: Plane)?

    /// - Parameters:
    ///   - originalGenerated: at any size; nil where that is the reference's.
    ///   - foreground: at any size.
    public init(
        index: Int, reference: ReferenceMaps, generated: Frame, originalGenerated: Frame? = nil,
        foreground: Plane? = nil,
        depth: (reference: DepthFrame, generated: DepthFrame)? = nil,
        labels: (reference: Plane, generated: Plane)? = nil
    ) {
        self.index = index
        self.reference = reference
        self.generated = generated
        self.originalGenerated = originalGenerated ?? generated
        originalForeground = foreground
        self.foreground = foreground?.nearest(reference.blurred.size)
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

    /// Computes the maps of a frame.
    public init(of frame: Frame, with filters: FrameFilters) {
        self.init(blurred: filters.blur(frame), edges: filters.canny(frame))
    }

    /// The same for several profiles, which blur alike.
    static func all(of frame: Frame, with filters: [FrameFilters]) -> [ReferenceMaps] {
        let blurred = filters[0].blur(frame)
        return filters.map { ReferenceMaps(blurred: blurred, edges: $0.canny(frame)) }
    }
}
