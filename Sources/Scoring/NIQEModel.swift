internal import CKernels
public import Experiment

/// What NIQE measures distances from: the Gaussian of the features of sharp blocks of reference clips, with where it
/// comes from.
///
/// Values are only comparable under one model: its block size and the material it was fitted on are part of every score.
public struct NIQEModel: Sendable, Equatable {
    /// A clip that the model was fitted on.
    public struct Clip: Sendable, Equatable {
        public let name: String
        public let sha256: String
        /// Frames that were looked at.
        public let frames: Int
        /// Blocks that were sharp enough.
        public let blocks: Int

        public init(name: String, sha256: String, frames: Int, blocks: Int) {
            self.name = name
            self.sha256 = sha256
            self.frames = frames
            self.blocks = blocks
        }
    }

    /// The side of the blocks that the published model has.
    public static let publishedBlock = 96
    /// Sides that are possible: even numbers.
    public static let blockSizes = 16...512
    /// A covariance of 36 features has full rank from 37 blocks on.
    static let fewestBlocks = NIQEFeatures.count + 1

    /// The side of the blocks in pixels.
    public let block: Int
    /// Blocks count whose mean deviation is above this part of their frame's largest.
    public let sharpness: Double
    /// Every how many frames one was looked at.
    public let every: Int
    /// The clips, empty for a model from elsewhere.
    public let clips: [Clip]
    /// One sentence about where it comes from.
    public let source: String
    let gaussian: NIQEGaussian

    /// Hash of everything that changes values: block size, mean and covariance.
    public var identity: Identity {
        Identity(
            of: ["niqe", "\(block)"]
                + (gaussian.mean + gaussian.covariance).map { String($0.bitPattern, radix: 16) })
    }

    /// Why blocks of a size cannot be used; nil when they can.
    static func objection(toBlock block: Int) -> String? {
        blockSizes.contains(block) && block % 2 == 0
            ? nil
            : "is \(block); the side of a block is an even number of \(blockSizes.lowerBound) to \(blockSizes.upperBound) pixels"
    }
}
