/// The numbers of one or more tensors, as a checkpoint's pickle describes them.
struct PickledStorage: Sendable, Equatable {
    let element: ElementType
    /// Name of the archive's member that holds the numbers.
    let key: String
    let count: Int
}

/// A tensor as a checkpoint's pickle describes it: strides and offset count numbers, and nothing is checked yet.
struct PickledTensor: Sendable, Equatable {
    let storage: PickledStorage
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}

/// The opcodes that torch.save and TorchScript use beyond plain data.
///
/// Nothing is looked up and nothing is called: a global is a name, a call of one of the names below has the meaning given
/// here, and every other name is refused.
extension PickleMachine {
    /// Functions that give a tensor from a storage, offset, shape and strides.
    private static let rebuilders: Set<String> = ["torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"]

    /// Functions whose first argument stands for their result.
    private static let wrappers: Set<String> = [
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch.Size",
        "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_boollist",
        "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.restore_type_tag",
    ]

    /// What checkpoints hold beside tensors; its value is dropped.
    private static let inert: Set<String> = [
        "torch.device", "_io.BytesIO", "_codecs.encode", "torch.float64", "torch.float32", "torch.float16",
        "torch.bfloat16", "torch.int64", "torch.int32", "torch.int16", "torch.int8", "torch.uint8", "torch.bool",
    ]

    private static let mostDimensions = 16

    private static let dictionary = "collections.OrderedDict"

    private static let storageElements: [String: ElementType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    /// The element type of a storage class; nil for other names.
    private static func element(_ global: String) -> ElementType? {
        for module in ["torch.", "torch.cuda."] where global.hasPrefix(module) {
            if let element = storageElements[String(global.dropFirst(module.count))] { return element }
        }
        return nil
    }

    /// Classes of a TorchScript archive: their objects are read as dictionaries of attributes.
    private static func isScriptClass(_ global: String) -> Bool {
        global.hasPrefix("__torch__.")
    }

    /// Runs one opcode; false when it is none of those.
    mutating func torchStep(_ opcode: UInt8) throws(FileError) -> Bool {
        switch opcode {
        case UInt8(ascii: "c"):
            let module = try line()
            stack.append(.global(try allowed(module + "." + (try line()))))
        case 0x93:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw malformed("names a global by something that is no text")
            }
            stack.append(.global(try allowed(module + "." + name)))
        case UInt8(ascii: "Q"): try pushStorage(try pop())
        case UInt8(ascii: "R"):
            let arguments = try pop()
            try call(try pop(), arguments)
        case 0x81:
            _ = try pop()
            try instantiate(try pop())
        case UInt8(ascii: "b"):
            let state = try pop()
            try build(state)
        case UInt8(ascii: "U"): stack.append(.string(try text(try unsigned(1))))
        case UInt8(ascii: "0"): _ = try pop()
        default: return false
        }
        return true
    }

    private func allowed(_ global: String) throws(FileError) -> String {
        guard
            Self.rebuilders.contains(global) || Self.wrappers.contains(global) || Self.inert.contains(global)
                || global == Self.dictionary || Self.element(global) != nil || Self.isScriptClass(global)
        else {
            throw FileError(
                .forbidden, file: file,
                "refers to '\(global.prefix(200))', which is never run; save only tensors (a state_dict), "
                    + "or convert the file to safetensors")
        }
        return global
    }

    private mutating func pushStorage(_ id: Pickle.Value) throws(FileError) {
        guard case .sequence(let index) = id, sequences[index].count >= 5, sequences[index][0] == .string("storage"),
            case .global(let type) = sequences[index][1], let element = Self.element(type),
            case .string(let key) = sequences[index][2], case .integer(let count) = sequences[index][4], count >= 0
        else { throw malformed("has a tensor storage of an unknown kind") }
        if sequences[index].count > 5, sequences[index][5] != .none {
            throw FileError(
                .unsupported, file: file,
                "has a storage that is a part of another, as only very old versions of PyTorch wrote; save it again")
        }
        storages.append(PickledStorage(element: element, key: key, count: count))
        stack.append(.storage(storages.count - 1))
    }

    private mutating func call(_ function: Pickle.Value, _ arguments: Pickle.Value) throws(FileError) {
        guard case .global(let name) = function, case .sequence(let index) = arguments else {
            throw malformed("calls something that is no function")
        }
        let values = sequences[index]
        if Self.rebuilders.contains(name) {
            try pushTensor(values)
        } else if Self.wrappers.contains(name) {
            guard let first = values.first else { throw malformed("calls '\(name)' without a value") }
            stack.append(first)
        } else if name == Self.dictionary {
            pushDictionary()
            guard let first = values.first, case .sequence(let pairs) = first else { return }
            try spend(sequences[pairs].count)
            for pair in sequences[pairs] {
                guard case .sequence(let item) = pair, sequences[item].count == 2 else {
                    throw malformed("makes a dictionary of something else than pairs")
                }
                try set(sequences[item])
            }
        } else {
            stack.append(.opaque)
        }
    }

    private mutating func pushTensor(_ values: [Pickle.Value]) throws(FileError) {
        guard values.count >= 4, case .storage(let storage) = values[0], case .integer(let offset) = values[1],
            let shape = integers(values[2]), let strides = integers(values[3]), shape.count == strides.count
        else { throw malformed("rebuilds a tensor from unknown arguments") }
        tensors.append(
            PickledTensor(storage: storages[storage], offset: offset, shape: shape, strides: strides))
        stack.append(.tensor(tensors.count - 1))
    }

    private func integers(_ value: Pickle.Value) -> [Int]? {
        guard case .sequence(let index) = value, sequences[index].count <= Self.mostDimensions else { return nil }
        var numbers: [Int] = []
        for element in sequences[index] {
            guard case .integer(let number) = element else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private mutating func instantiate(_ type: Pickle.Value) throws(FileError) {
        guard case .global(let name) = type else { throw malformed("makes an object of something that is no class") }
        guard Self.isScriptClass(name) || name == Self.dictionary else {
            stack.append(.opaque)
            return
        }
        pushDictionary()
        if Self.isScriptClass(name) { objects.insert(dictionaries.count - 1) }
    }

    /// Gives an object its attributes. What torch hangs onto dictionaries and parameters besides is dropped.
    private mutating func build(_ state: Pickle.Value) throws(FileError) {
        guard case .dictionary(let index) = try top(), objects.contains(index) else { return }
        guard case .dictionary(let attributes) = state else {
            throw malformed("gives an object a state that is no dictionary")
        }
        try spend(dictionaries[attributes].count)
        dictionaries[index].merge(dictionaries[attributes]) { $1 }
    }

    /// Counts what is copied from one container to another: a small pickle could ask for it again and again.
    private mutating func spend(_ count: Int) throws(FileError) {
        copied += count
        guard copied <= Self.mostValues else {
            throw FileError(.unsupported, file: file, "copies more values than a checkpoint can hold")
        }
    }
}
