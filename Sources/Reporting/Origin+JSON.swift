internal import Experiment
internal import Results

/// What a video was made from, in a report's JSON. What was not recorded has no key.
struct OriginDocument: Encodable {
    let identity: String
    let generator: String
    let settings: [String: String]?
    /// By control: a number, or fg and bg.
    let weights: [String: Weight]
    let seed: UInt32
    /// "" for the clip's own.
    let prompt: String
    let promptText: String?
    /// "made", or for a video that was there before "adopted" or "found".
    let arrival: String

    enum Weight: Encodable {
        case uniform(Double)
        case regional(fg: Double, bg: Double)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .uniform(let value): try container.encode(value)
            case .regional(let fg, let bg): try container.encode(["fg": fg, "bg": bg])
            }
        }
    }

    init(_ origin: VideoOrigin) {
        identity = origin.identity.hex
        generator = origin.generator
        settings = origin.settings
        weights = Dictionary(
            origin.weights.weights.map { control, amount in
                switch amount {
                case .uniform(let value): (control, .uniform(value))
                case .regional(let fg, let bg): (control, .regional(fg: fg, bg: bg))
                }
            }
        ) { first, _ in first }
        seed = origin.seed
        prompt = origin.promptLabel
        promptText = origin.promptText
        arrival = origin.arrival.rawValue
    }
}
