/// What a network is for.
public enum NetworkTask: String, Sendable, CaseIterable, Codable {
    /// Inverse or metric depth of one picture.
    case depth
    /// The same of a window of frames at once.
    case videoDepth = "video-depth"
    /// A class for every pixel.
    case semanticSegmentation = "semantic-segmentation"
    /// Boxes for the phrases of a text.
    case phraseDetection = "phrase-detection"
    /// Masks for boxes and points.
    case promptedSegmentation = "prompted-segmentation"
    /// How much each pixel belongs to what stands out.
    case saliency
    /// Features whose distance is that of two pictures to the eye.
    case perceptualFeatures = "perceptual-features"
    /// A video's quality as people rate it.
    case quality
    /// How likely each pixel is a lane line.
    case laneSegmentation = "lane-segmentation"
    /// Boxes in space of what stands on the road.
    case boxes3D = "boxes-3d"
}
