/// Walks the containers of a pickle for the tensors in them.
struct PickledTree {
    private let machine: PickleMachine
    private let file: String

    /// Containers within each other, and values altogether, at most.
    private static let mostDepth = 64
    private static let mostVisits = 1 << 18
    /// Values in all containers, each counted as often as a path leads to it.
    private static let mostValues = 1 << 22
    private static let mostNameBytes = 1024

    init(_ machine: PickleMachine, file: String) {
        self.machine = machine
        self.file = file
    }

    /// The tensors under their names.
    /// - Parameter read: gives a tensor its numbers; called for the names that are wanted.
    func stored(
        under root: Pickle.Value, where isWanted: (String) -> Bool,
        read: (_ tensor: PickledTensor, _ name: String) throws(FileError) -> StoredTensor
    ) throws(FileError) -> [String: StoredTensor] {
        var found: [String: StoredTensor] = [:]
        for (name, index) in try tensors(under: root) where isWanted(name) {
            guard found[name] == nil else {
                throw FileError(.malformed, file: file, "holds two tensors named '\(name)'; rename one and save again")
            }
            found[name] = try read(machine.tensors[index], name)
        }
        return found
    }

    /// Names and indices of all tensors. A container that holds itself, or one that is shared so often that the tree has
    /// no end, is an error.
    private func tensors(under root: Pickle.Value) throws(FileError) -> [(name: String, index: Int)] {
        if case .tensor(let index) = root { return [("data", index)] }
        var found: [(name: String, index: Int)] = []
        var open: [(value: Pickle.Value, name: String, depth: Int)] = [(root, "", 0)]
        var (visits, values) = (0, 0)
        while let (value, name, depth) = open.popLast() {
            visits += 1
            guard visits <= Self.mostVisits, depth <= Self.mostDepth, name.utf8.count <= Self.mostNameBytes else {
                throw FileError(
                    .malformed, file: file,
                    "has containers that hold themselves or are nested without end; save a plain state_dict")
            }
            let count =
                switch value {
                case .dictionary(let index): machine.dictionaries[index].count
                case .sequence(let index): machine.sequences[index].count
                default: 0
                }
            guard count <= Self.mostValues - values else {
                throw FileError(.malformed, file: file, "has more values in its containers than a checkpoint can")
            }
            values += count
            let prefix = name.isEmpty ? "" : name + "."
            switch value {
            case .tensor(let index): found.append((name, index))
            case .dictionary(let index):
                for (key, value) in machine.dictionaries[index] where value.mayHoldTensors {
                    open.append((value, prefix + key, depth + 1))
                }
            case .sequence(let index):
                for (i, value) in machine.sequences[index].enumerated() where value.mayHoldTensors {
                    open.append((value, prefix + String(i), depth + 1))
                }
            default: break
            }
            guard open.count <= Self.mostVisits else {
                throw FileError(.malformed, file: file, "has more containers than a checkpoint can")
            }
        }
        return found
    }
}

extension Pickle.Value {
    fileprivate var mayHoldTensors: Bool {
        switch self {
        case .tensor, .dictionary, .sequence: true
        default: false
        }
    }
}
