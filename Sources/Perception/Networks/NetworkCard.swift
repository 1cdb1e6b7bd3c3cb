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
        meaning: String, classes: [String] = [], settings: [String: Double] = [:], licence: String, source: String,
        accuracy: [String: Double] = [:], notes: String = ""
    ) {
        self.name = name
        self.task = task
        self.files = files
        self.input = input
        self.outputs = outputs
        self.meaning = meaning
        self.classes = classes
        self.settings = settings
        self.licence = licence
        self.source = source
        self.accuracy = accuracy
        self.notes = notes
    }
}
