public import Video

/// What `network.json` says of a network.
public struct NetworkCard: Sendable, Equatable {
    /// A file of the network in its folder.
    public struct File: Sendable, Equatable {
        /// What it is to the task: "model" where there is one only.
        public var role: String
        /// A plain name.
        public var file: String
        /// 64 hexadecimal digits.
        public var sha256: String

        public init(role: String, file: String, sha256: String) {
            self.role = role
            self.file = file
            self.sha256 = sha256
        }
    }

    public var name: String
    public var task: NetworkTask
    public var files: [File]
    /// How frames become the input; nil where the task has its own way.
    public var input: PictureInput?
    /// The output tensor of each role, as "depth": "predicted_depth".
    public var outputs: [String: String]
    /// What the output means, in words: "inverse depth, larger is nearer".
    public var meaning: String
    /// What the numbers of a depth network are; nil where the card does not say it.
    public var kind: DepthKind?
    /// Names of classes, in the order of their numbers.
    public var classes: [String]
    /// Numbers that change what comes out, as thresholds.
    public var settings: [String: Double]
    public var licence: String
    /// The public page that it comes from.
    public var source: String
    /// What was measured of it, as "abs-rel": 0.07.
    public var accuracy: [String: Double]
    public var notes: String

    public init(
        name: String, task: NetworkTask, files: [File], input: PictureInput? = nil, outputs: [String: String] = [:],
        meaning: String, kind: DepthKind? = nil, classes: [String] = [], settings: [String: Double] = [:],
        licence: String, source: String, accuracy: [String: Double] = [:], notes: String = ""
    ) {
        self.name = name
        self.task = task
        self.files = files
        self.input = input
        self.outputs = outputs
        self.meaning = meaning
        self.kind = kind
        self.classes = classes
        self.settings = settings
        self.licence = licence
        self.source = source
        self.accuracy = accuracy
        self.notes = notes
    }

    /// What the numbers of depth are: what the card says, or disparity, as nearly all such networks give it. Of a card that
    /// only says with the setting `inverse` 0 that larger is farther, nil.
    public var depthKind: DepthKind? {
        guard [.depth, .videoDepth].contains(task) else { return nil }
        return kind ?? (settings["inverse"] == 0 ? nil : .disparity)
    }
}
