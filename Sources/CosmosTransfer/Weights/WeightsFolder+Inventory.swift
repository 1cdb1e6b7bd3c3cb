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
    /// Every part that the configuration names, and a distilled model where there is one, opened and checked.
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
        if file(.distilledEdge) != nil, let dit = configuration.dit, let ctrl = configuration.ctrl {
            let expected = dit.baseTensors().merging(dit.controlTensors(ctrl).map { ("control." + $0, $1) }) { $1 }
            add("distilled edge", expected) { () throws(BenchError) in
                let (base, control) = try distilledEdge()
                let renamed = control.renamed { "control." + $0 }
                return WeightSet(tensors: base.tensors.merging(renamed.tensors) { $1 }, source: base.source)
            }
        }
        if let tokenizer = configuration.tokenizer {
            add("tokenizer encoder", tokenizer.encoderTensors(), tokenizerEncoder)
            add("tokenizer decoder", tokenizer.decoderTensors(), tokenizerDecoder)
        }
        if let text = configuration.text {
            add("text encoder", text.tensors(), textEncoder)
            parts.append(PartInventory(name: "text tokenizer", expectedParameters: 0, state: textTokenizerState))
        }
        return parts
    }

    private var textTokenizerState: PartInventory.State {
        do throws(BenchError) {
            let path = try textTokenizerModel()
            let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
            return .present(files: path, parameters: 0, bytes: size?.intValue ?? 0, elements: [:])
        } catch {
            return .missing(error.sentence)
        }
    }
}
