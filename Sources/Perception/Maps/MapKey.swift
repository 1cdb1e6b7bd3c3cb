public import Experiment
public import Video

/// Everything that decides what is in a map: same key, same map.
public struct MapKey: Sendable, Equatable {
    public let kind: MapKind
    /// The network, as its folder gives it.
    public let network: Identity
    /// SHA-256 of the video's bytes.
    public let clip: String
    /// Every parameter that changes values, by name; what it runs on too.
    public let settings: [String: String]

    /// Raised when the same network and settings begin to give other maps.
    public static let version = "1"

    public init(kind: MapKind, network: Identity, clip: String, settings: [String: String]) {
        self.kind = kind
        self.network = network
        self.clip = clip
        self.settings = settings
    }

    public var identity: Identity {
        Identity(
            of: ["map", Self.version, kind.rawValue, network.hex, clip]
                + settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    }
}
