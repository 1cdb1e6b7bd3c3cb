internal import Experiment
internal import Foundation
internal import Tensors

/// What a weights folder holds of one part of its model.
public struct PartInventory: Sendable {
    public let name: String
    /// Numbers that the configuration asks for.
    public let expectedParameters: Int
    public let state: State

    public enum State: Sendable {
        /// `elements` counts numbers by element type.
        case present(files: String, parameters: Int, bytes: Int, elements: [String: Int])
        /// The sentence says which file is expected.
        case missing(String)
        /// The sentence says what does not fit.
        case unusable(String)
    }

    public var bytes: Int {
        if case .present(_, _, let bytes, _) = state { return bytes }
        return 0
    }
}

extension WeightsFolder {
    /// Every part that the configuration names, opened and checked.
    public func inventory() -> [PartInventory] {
        var parts: [PartInventory] = []
        func add(_ name: String, _ expected: [String: [Int]], _ load: () throws(BenchError) -> WeightSet) {
            let count = expected.values.reduce(0) { $0 + $1.reduce(1, *) }
            let state: PartInventory.State
            do throws(BenchError) {
                let weights = try load()
                var elements: [String: Int] = [:]
                for tensor in weights.tensors.values { elements[tensor.element.rawValue, default: 0] += tensor.count }
                state = .present(
                    files: weights.source, parameters: weights.parameters, bytes: weights.bytes, elements: elements)
            } catch {
                state = error.code == .missing ? .missing(error.sentence) : .unusable(error.sentence)
            }
            parts.append(PartInventory(name: name, expectedParameters: count, state: state))
        }
        if let dit = configuration.dit {
            add("base", dit.baseTensors(), base)
            if let ctrl = configuration.ctrl {
                let expected = dit.controlTensors(ctrl)
                for name in ctrl.names {
                    add("control \(name)", expected) { () throws(BenchError) in try control(name) }
                }
            }
        }
        if let tokenizer = configuration.tokenizer {
            add("tokenizer encoder", tokenizer.encoderTensors(), tokenizerEncoder)
            add("tokenizer decoder", tokenizer.decoderTensors(), tokenizerDecoder)
        }
        if let text = configuration.text { add("text encoder", text.tensors(), textEncoder) }
        return parts
    }
}
