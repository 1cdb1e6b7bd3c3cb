internal import Tensors

/// From the names of released checkpoints to the official names without prefix (spec §2.11).
extension WeightSet {
    /// The tensors under the names of `expected`.
    ///
    /// Takes what lies under `ema`, else under `model`, where a checkpoint has these; renames from diffusers' names; drops
    /// what is only for training; and removes the prefix under which most of the expected names are found. What lies
    /// outside that prefix keeps its name, so that a check can report it.
    func inOfficialNames(_ expected: [String: [Int]], diffusers: (String) -> String?) -> WeightSet {
        averaged.withoutTrainingState.renamed { diffusers($0) ?? $0 }.withoutPrefix(of: expected)
    }

    /// The weights that a training checkpoint gives for use: the averaged ones, else the raw ones.
    private var averaged: WeightSet {
        func under(_ key: String, _ rename: (String) -> String) -> WeightSet? {
            let found = tensors.filter { $0.key.hasPrefix(key + ".") }
            guard !found.isEmpty else { return nil }
            return WeightSet(tensors: found, source: source).renamed { rename(String($0.dropFirst(key.count + 1))) }
        }
        return under("ema") { String($0.map { $0 == "-" ? "." : $0 }) } ?? under("model") { $0 } ?? self
    }

    private var withoutTrainingState: WeightSet {
        let kept = tensors.filter { name, _ in
            !name.contains("_extra_state")
                && !name.split(separator: ".").contains { $0 == "logvar" || $0 == "pos_embedder" }
        }
        return WeightSet(tensors: kept, source: source)
    }

    /// Two tensors must not come to one name: then all keep theirs.
    func renamed(_ rename: (String) -> String) -> WeightSet {
        var renamed: [String: StoredTensor] = [:]
        for (name, tensor) in tensors { renamed[rename(name)] = tensor.renamed(rename(name)) }
        return renamed.count == tensors.count ? WeightSet(tensors: renamed, source: source) : self
    }

    /// Names that are longer lead to no prefix: trying every part of them would take time without end.
    private static let mostNameBytes = 512

    private func withoutPrefix(of expected: [String: [Int]]) -> WeightSet {
        var found: [String: Int] = [:]
        for name in tensors.keys where name.utf8.count <= Self.mostNameBytes {
            for start in name.indices where start == name.startIndex || name[name.index(before: start)] == "." {
                if expected[String(name[start...])] != nil { found[String(name[..<start]), default: 0] += 1 }
            }
        }
        let best = found.min { ($1.value, $0.key.count, $0.key) < ($0.value, $1.key.count, $1.key) }
        guard let prefix = best?.key, !prefix.isEmpty else { return self }
        return renamed { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }

    /// The two networks of a distilled checkpoint (spec §1.11); nil when it does not hold both.
    func distilledParts() -> (base: WeightSet, control: WeightSet)? {
        func part(_ prefix: String) -> WeightSet? {
            let names = averaged.tensors.filter { $0.key.hasPrefix(prefix) }
            guard !names.isEmpty else { return nil }
            return WeightSet(tensors: names, source: source).renamed { String($0.dropFirst(prefix.count)) }
        }
        guard let base = part("net.base_model.net."), let control = part("net.net_ctrl.") else { return nil }
        return (base, control)
    }
}
