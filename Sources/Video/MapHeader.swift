internal import Tensors

/// What the numbers of a map file are.
public enum MapKind: String, Sendable, CaseIterable {
    /// One float32 a pixel, in the unit of the network that made it.
    case depth
    /// One byte a pixel: 0 is nothing, label k is object k - 1, called by the k-th phrase.
    case labels
    /// One byte a pixel: 1 in the foreground, 0 elsewhere.
    case foreground
}

/// What a map was made from, and by what: what a person or a cache needs to tell maps apart.
public struct MapOrigin: Sendable, Equatable {
    /// The network's name, and the identity of everything in it that changes values.
    public let network: String
    public let identity: String
    /// SHA-256 of the video.
    public let clip: String
    /// Every parameter that changes values, by name.
    public let settings: [String: String]
    /// What the network ran on, as "cpu", and by which version of ONNX Runtime.
    public let device: String
    public let runtime: String

    public init(
        network: String = "", identity: String = "", clip: String = "", settings: [String: String] = [:],
        device: String = "", runtime: String = ""
    ) {
        self.network = network
        self.identity = identity
        self.clip = clip
        self.settings = settings
        self.device = device
        self.runtime = runtime
    }
}

/// What stands at the start of a map file.
public struct MapHeader: Sendable, Equatable {
    public let kind: MapKind
    public let size: FrameSize
    public let frames: Int
    /// What each label is called; empty for maps without labels.
    public let phrases: [String]
    /// What the numbers of depth are, where that is known.
    public let depthKind: DepthKind?
    public let origin: MapOrigin

    /// Bytes of one unpacked frame.
    var frameBytes: Int { size.pixels * (kind == .depth ? 4 : 1) }
}

extension MapHeader {
    /// The JSON text. The number of frames takes ten characters whatever it is, so that it can be written when it is known.
    var text: String {
        let digits = String(frames)
        return "{\"frames\":" + String(repeating: " ", count: max(0, 10 - digits.count)) + digits + ","
            + JSON.object(
                [
                    .init(key: "kind", value: .string(kind.rawValue)),
                    .init(key: "width", value: .integer(size.width)),
                    .init(key: "height", value: .integer(size.height)),
                    .init(key: "phrases", value: .array(phrases.map(JSON.string))),
                    .init(key: "network", value: .string(origin.network)),
                    .init(key: "identity", value: .string(origin.identity)),
                    .init(key: "clip", value: .string(origin.clip)),
                    .init(
                        key: "settings",
                        value: .object(
                            origin.settings.sorted { $0.key < $1.key }.map {
                                .init(key: $0.key, value: .string($0.value))
                            })
                    ),
                    .init(key: "device", value: .string(origin.device)),
                    .init(key: "runtime", value: .string(origin.runtime)),
                ] + (depthKind.map { [.init(key: "depthKind", value: .string($0.rawValue))] } ?? [])
            ).text.dropFirst()
    }

    /// - Throws: `FileError.malformed` naming the key that is absent or of another kind; a size is checked before anything is
    ///   allocated by it.
    init(_ json: JSON, file: String) throws(FileError) {
        func malformed(_ what: String) -> FileError {
            FileError(.malformed, file: file, "is a map file whose header \(what); make it again")
        }
        func text(_ key: String) throws(FileError) -> String {
            guard case .string(let value)? = json[key] else { throw malformed("has no text '\(key)'") }
            return value
        }
        func number(_ key: String) throws(FileError) -> Int {
            guard case .integer(let value)? = json[key], value > 0 else { throw malformed("has no positive '\(key)'") }
            return value
        }
        guard let kind = MapKind(rawValue: try text("kind")) else {
            throw FileError(
                .unsupported, file: file,
                "holds maps of a kind that this version does not know; use the version that made it, or make it again")
        }
        let size = FrameSize(width: try number("width"), height: try number("height"))
        guard size.isReadable else {
            throw FileError(.unsupported, file: file, "has maps of \(size) pixels, which is no picture's size")
        }
        guard case .array(let list)? = json["phrases"], case .object(let members)? = json["settings"] else {
            throw malformed("has no 'phrases' or no 'settings'")
        }
        var phrases: [String] = []
        for item in list {
            guard case .string(let phrase) = item else { throw malformed("has a phrase that is no text") }
            phrases.append(phrase)
        }
        guard phrases.count <= 255, kind == .labels || phrases.isEmpty else {
            throw malformed("has \(phrases.count) phrases, which its kind cannot have")
        }
        var settings: [String: String] = [:]
        for member in members {
            guard case .string(let value) = member.value else { throw malformed("has a setting that is no text") }
            settings[member.key] = value
        }
        self.init(
            kind: kind, size: size, frames: try number("frames"), phrases: phrases,
            depthKind: json["depthKind"] == nil ? nil : try DepthKind(text("depthKind"), file: file),
            origin: MapOrigin(
                network: try text("network"), identity: try text("identity"), clip: try text("clip"),
                settings: settings, device: try text("device"), runtime: try text("runtime")))
    }
}
