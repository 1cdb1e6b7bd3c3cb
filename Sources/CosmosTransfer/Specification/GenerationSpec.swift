public import Video

/// One video to generate: an official controlnet_specs file with the command line and the defaults applied, checked, and
/// with every path resolved (spec §7.2, §7.3).
public struct GenerationSpec: Sendable, Equatable {
    /// One active control.
    public struct Control: Sendable, Equatable {
        /// How strongly it acts.
        public enum Weight: Sendable, Equatable {
            /// `quoted`: written as text; the official tool treats a number 0 beside a map differently (spec §1.5).
            case number(Double, quoted: Bool)
            /// A `.pt`, `.safetensors` or `.npy` file that holds a map.
            case file(String)
        }

        /// Where its frames come from.
        public enum Source: Sendable, Equatable {
            /// A video file or a folder of PNG images.
            case video(String)
            /// Made from the input video by a preset.
            case preset(ControlStrength)
            /// The input video itself, as the upscaler takes it.
            case input
        }

        public var kind: ControlKind
        public var weight: Weight
        public var source: Source
        /// A file of weights in place of the weights folder's.
        public var checkpoint: String?

        public init(kind: ControlKind, weight: Weight, source: Source, checkpoint: String? = nil) {
            self.kind = kind
            self.weight = weight
            self.source = source
            self.checkpoint = checkpoint
        }
    }

    /// A prompt of its own for a part of the picture (spec §1.9).
    public struct Region: Sendable, Equatable {
        public var prompt: String
        /// Boxes and videos that together are the part.
        public var definitions: [RegionDefinition]
    }

    /// What the video shows; empty when neither file nor command line says so. (The official tool has a default text; what a
    /// video is to show should not be left to it.)
    public var prompt: String
    /// What to lead away from; nil for no text at all.
    public var negativePrompt: String?
    /// A video file or a folder of PNG images.
    public var inputVideo: String?
    /// In the order of their keys in the file, which is the order of the network's branches.
    public var controls: [Control]
    public var regions: [Region]
    /// The noise level at which sampling starts; as the other settings nil for the model's own.
    public var sigmaMax: Double?
    public var guidance: Double?
    public var steps: Int?
    /// Frames a second of the result, and the time scale of the network's positions.
    public var fps: Double?
    public var seed: UInt32
    /// Whether the base network is the one of the driving variant.
    public var isSampleAV: Bool
    /// One network evaluation with the distilled edge model.
    public var isDistilled: Bool
    /// The folder and the name without suffix of the result.
    public var saveFolder: String
    public var saveName: String
    /// Which line of a batch file it is of, from 0; nil for a specification that stands alone.
    public var batchLine: Int?
    /// What a person should know: keys without effect, values that were chosen for them.
    public var warnings: [String]

    /// What the command line says; it goes before the file, which goes before the defaults.
    public struct Overrides: Sendable, Equatable {
        public var prompt: String?
        public var negativePrompt: String?
        public var inputVideo: String?
        public var sigmaMax: Double?
        public var guidance: Double?
        public var steps: Int?
        public var fps: Double?
        public var seed: UInt32?
        public var blurStrength: ControlStrength?
        public var cannyThreshold: ControlStrength?
        public var isSampleAV: Bool?
        public var isDistilled: Bool?
        public var saveFolder: String?
        public var saveName: String?
        public var batchFile: String?
        public var checkpointFolder: String?

        public init() {}
    }
}
