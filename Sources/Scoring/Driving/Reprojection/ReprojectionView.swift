public import Video

/// What is known of one frame to carry its pixels to another: depth, pose, and the boxes of things that move.
public struct ReprojectionView: Sendable {
    /// Metres along the optical axis at pixel centres, at the picture's size.
    public let depth: DepthFrame
    public let pose: CameraPose
    /// In the file's order; what has no label belongs to no box of another frame.
    public let boxes: [LabelledBox]

    public init(depth: DepthFrame, pose: CameraPose, boxes: [LabelledBox]) {
        self.depth = depth
        self.pose = pose
        self.boxes = boxes
    }
}

/// What `reprojection-error` stores of a pair of frames (driving.md §5).
public struct ReprojectionPair: Sendable, Equatable {
    /// Pixels of the target whose depth is known.
    public let known: Int
    /// Those of them that the source shows too.
    public let valid: Int
    /// Of the errors of valid pixels, in grey levels of 255.
    public let sum: Double
    /// Of the target's pixels, which are valid.
    public let isValid: [Bool]

    /// The share of known pixels that are valid; nil where none is known.
    public var share: Double? { known > 0 ? Double(valid) / Double(known) : nil }
}
