public import Tensors

/// Boxes by frame or sample, as a file gives them: a clip's scene, boxes beside videos, or nuScenes' form (driving.md §1).
public struct BoxFile: Sendable {
    public enum Form: Sendable {
        case scene, boxes, nuScenes
    }

    /// What the boxes are for.
    public enum Role: Sendable, Equatable {
        case reference
        /// - Parameter negativeScores: whether a score below 0 is one.
        case detections(negativeScores: Bool)
    }

    public struct Sample: Sendable {
        /// Of nuScenes' form.
        public var token: String?
        public var boxes: [LabelledBox] = []
        /// Where the vehicle, or its camera, is.
        public var ego: SIMD3<Double>?
        public var racks: [TurnedBox] = []
        /// False for a frame that another part of the file does not reach, or whose boxes cannot be placed.
        public var isScored = true
    }

    /// What a scene knows of its camera.
    public struct Camera: Sendable {
        /// By frame; nil for a matrix that is no pose.
        public var poses: [CameraPose?]?
        public var intrinsics: Intrinsics?
        /// Of the reference video.
        public var rows: Int?, columns: Int?
        public var framesPerSecond: Double?

        /// The pose of a frame; level at the origin where the scene has no poses at all, nil where it has none there.
        func pose(of frame: Int) -> CameraPose? {
            guard let poses else { return .level }
            return frame < poses.count ? poses[frame] : nil
        }
    }

    /// Boxes are read from files of this size at most.
    static let mostBytes = 1 << 30

    public let form: Form
    /// In the file's order.
    public internal(set) var samples: [Sample]
    /// The classes that the boxes' `kind` counts.
    public let names: [String]
    /// The attributes that the boxes' `attribute` counts.
    public let attributes: [String]
    public let camera: Camera
    /// Whether the boxes are still in the camera's coordinates: whoever has the poses places them.
    public internal(set) var isInCamera: Bool
    public internal(set) var findings: Findings

    /// - Throws: `FileError`, when the file as a whole cannot be used.
    public init(path: String, role: Role) throws(FileError) {
        let bytes = try RandomAccessFile(path: path).readAll(limit: Self.mostBytes)
        self = try BoxFileReader(file: path, role: role).read(bytes)
    }

    public init(_ bytes: [UInt8], file: String, role: Role) throws(FileError) {
        self = try BoxFileReader(file: file, role: role).read(bytes)
    }

    init(_ reader: BoxFileReader, form: Form, samples: [Sample], camera: Camera, isInCamera: Bool) {
        self.form = form
        self.samples = samples
        names = reader.names.list
        attributes = reader.attributes.list
        self.camera = camera
        self.isInCamera = isInCamera
        findings = reader.findings
    }
}

/// Texts as small numbers.
struct NameList {
    private(set) var list: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        let number = list.count
        list.append(name)
        numbers[name] = number
        return number
    }
}
