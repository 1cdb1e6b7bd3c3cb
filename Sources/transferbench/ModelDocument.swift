import CosmosTransfer
import Experiment
import Foundation

/// What `models inspect` prints; the JSON changes only with the schema's number.
struct ModelDocument: Encodable {
    struct Part: Encodable {
        let name: String
        /// present, missing or unusable; `problem` says what is wrong.
        let state: String
        let expectedParameters: Int
        var parameters: Int?
        var bytes: Int?
        /// Numbers by element type.
        var elements: [String: Int]?
        var files: String?
        var problem: String?
    }

    struct Memory: Encodable {
        let name: String
        let bytes: Double
    }

    /// Floating-point operations, 2 a multiply-add.
    struct Operations: Encodable {
        var block: Double?
        var basePass: Double?
        var controlPass: Double?
        var evaluations: Int?
        var passesPerEvaluation: Int?
        /// Of the network, with all controls of the configuration.
        var clip: Double?
        var encode: Double?
        var decode: Double?
        var tokenizerAttention: Double?
        var text: Double?
    }

    struct Clip: Encodable {
        let frames, height, width: Int
        var latent: [Int]?
        var tokens: Int?
    }

    let schema = "transferbench.models/1"
    let folder: String
    let parts: [Part]
    /// null where there is no estimate, like `operations`.
    let clip: Clip?
    let operations: Operations?
    let memory: [Memory]

    init(_ weights: WeightsFolder, _ estimate: CostEstimate?) {
        folder = weights.path
        parts = weights.inventory().map(Part.init)
        guard let estimate else {
            (clip, operations, memory) = (nil, nil, [])
            return
        }
        let network = estimate.network
        clip = Clip(
            frames: estimate.frames, height: estimate.height, width: estimate.width, latent: network?.latent,
            tokens: network?.tokens)
        let controls = weights.configuration.ctrl?.names.count ?? 0
        operations = Operations(
            block: network?.block, basePass: network?.basePass,
            controlPass: controls > 0 ? network?.controlPass : nil, evaluations: network?.evaluations,
            passesPerEvaluation: network?.passesPerEvaluation, clip: network?.clip(controls: controls),
            encode: estimate.tokenizer?.encode, decode: estimate.tokenizer?.decode,
            tokenizerAttention: estimate.tokenizer?.attention, text: estimate.text)
        memory = estimate.memory.map { Memory(name: $0.name, bytes: $0.bytes) }
    }

    func text() -> String {
        var lines = ["Weights in \(folder)", ""]
        let width = (parts.map(\.name) + operationRows.map(\.name) + memory.map(\.name)).map(\.count).max() ?? 0
        func row(_ name: String, _ value: String) -> String {
            name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value
        }
        for part in parts {
            let count = String(repeating: " ", count: max(0, 14 - Quantity.grouped(part.expectedParameters).count))
            let expected = count + Quantity.grouped(part.expectedParameters)
            switch part.state {
            case "present":
                let types = (part.elements ?? [:]).keys.sorted().joined(separator: ", ")
                lines.append(
                    row(
                        part.name,
                        "\(expected)  \(types)  \(Quantity.bytes(Double(part.bytes ?? 0)))  \(part.files ?? "")"))
            default:
                lines.append(row(part.name, "\(expected)  \(part.state.uppercased())"))
                if let problem = part.problem { lines.append("    \(problem)") }
            }
        }
        let present = parts.filter { $0.state == "present" }
        lines.append(
            row(
                "all that is there",
                "\(Quantity.grouped(present.reduce(0) { $0 + ($1.parameters ?? 0) })) parameters, "
                    + "\(Quantity.bytes(Double(present.reduce(0) { $0 + ($1.bytes ?? 0) })))"))
        if let clip {
            var title = "A clip of \(clip.frames) frames of \(clip.width)x\(clip.height)"
            if let latent = clip.latent, let tokens = clip.tokens {
                title +=
                    ": latent \(latent.map(String.init).joined(separator: "x")), \(Quantity.grouped(tokens)) tokens"
            }
            lines += ["", title]
            lines += operationRows.map { row($0.name, Quantity.operations($0.value)) }
            lines += ["", "Memory beside the weights, in float32"]
            lines += memory.map { row($0.name, Quantity.bytes($0.bytes)) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var operationRows: [(name: String, value: Double)] {
        guard let operations else { return [] }
        let passes = (operations.evaluations ?? 0) * (operations.passesPerEvaluation ?? 0)
        let rows: [(String, Double?)] = [
            ("one block", operations.block), ("one pass of the base network", operations.basePass),
            ("one pass of one control branch", operations.controlPass),
            ("the network for the clip (\(passes) passes)", operations.clip), ("encoding one video", operations.encode),
            ("decoding", operations.decode), ("attention in either", operations.tokenizerAttention),
            ("encoding one prompt", operations.text),
        ]
        return rows.compactMap { name, value in value.map { (name, $0) } }
    }
}

extension ModelDocument.Part {
    init(_ part: PartInventory) {
        switch part.state {
        case .present(let files, let parameters, let bytes, let elements):
            self.init(
                name: part.name, state: "present", expectedParameters: part.expectedParameters, parameters: parameters,
                bytes: bytes, elements: elements, files: files)
        case .missing(let sentence):
            self.init(
                name: part.name, state: "missing", expectedParameters: part.expectedParameters, problem: sentence)
        case .unusable(let sentence):
            self.init(
                name: part.name, state: "unusable", expectedParameters: part.expectedParameters, problem: sentence)
        }
    }
}
