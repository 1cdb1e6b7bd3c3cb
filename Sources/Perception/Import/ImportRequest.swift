public import Video

/// What a person asks to be imported.
public struct ImportRequest: Sendable {
    public var kind: NetworkKind
    /// As `ROLE=FILE`, or in the order of the kind's parts.
    public var files: [String]
    /// The folder to make; nil makes one of the network's name in `networks`.
    public var folder: String?
    /// The folder of a person's own networks.
    public var networks: String?
    /// nil takes the kind's.
    public var name: String?
    /// LPIPS' heads: a torch or safetensors file, or the `lpips` wheel.
    public var heads: String?
    /// A text file of class names, one a line.
    public var classes: String?
    /// Whether a network that is there already makes room.
    public var replaces = false
    /// Whether files become hard links instead of copies.
    public var links = false
    public var changes = CardChanges()

    public init(kind: NetworkKind, files: [String]) {
        self.kind = kind
        self.files = files
    }
}

/// What a person says of a network instead of the preset; nil and empty leave the preset's.
public struct CardChanges: Sendable {
    public var input: String?
    public var size: SizeRule?
    public var colour: PictureInput.Colour?
    public var scale: PictureInput.Scale?
    public var mean: [Float]?
    public var std: [Float]?
    public var filter: PictureInput.Filter?
    /// Output tensors by role; the role "" is that of a task with one.
    public var outputs: [String: String] = [:]
    public var settings: [String: Double] = [:]
    /// What the numbers of depth are.
    public var kind: DepthKind?
    public var licence: String?
    public var source: String?
    public var notes: String?

    public init() {}

    /// Whether none concerns how pictures go in and results come out.
    var leaveInputAndOutputs: Bool {
        input == nil && size == nil && colour == nil && scale == nil && mean == nil && std == nil && filter == nil
            && outputs.isEmpty && settings.isEmpty && kind == nil
    }
}
