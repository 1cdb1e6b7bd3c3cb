/// A Python pickle of plain data, read without executing anything.
///
/// Containers live in one flat table and refer to each other by index, so neither a cycle nor a deep nesting in a hostile
/// file can exhaust the stack.
public struct Pickle: Sendable {
    /// Plain data. Containers are indices into the pickle; ask it for their contents.
    public enum Value: Sendable, Equatable {
        case none
        case bool(Bool)
        case integer(Int)
        case float(Double)
        case string(String)
        case bytes([UInt8])
        case sequence(Int)
        case dictionary(Int)
        /// The name of a class or function, which is never looked up. Only where tensors are read, like all that follow.
        case global(String)
        case storage(Int)
        case tensor(Int)
        /// What is neither a tensor nor may hold one.
        case opaque
    }

    /// The outermost value.
    public let root: Value
    private let sequences: [[Value]]
    private let dictionaries: [[String: Value]]

    /// - Throws: `FileError.forbidden` for an opcode that would run code, `.malformed` for bytes that are no pickle.
    public init(_ bytes: [UInt8], file: String) throws(FileError) {
        var machine = PickleMachine(bytes, file: file)
        root = try machine.run()
        sequences = machine.sequences
        dictionaries = machine.dictionaries
    }

    /// The elements of a list or tuple; nil for anything else.
    public func elements(_ value: Value?) -> [Value]? {
        guard case .sequence(let index) = value else { return nil }
        return sequences[index]
    }

    /// The value under a string key; nil when `value` is no dictionary or has no such key.
    public func value(_ key: String, of value: Value?) -> Value? {
        guard case .dictionary(let index) = value else { return nil }
        return dictionaries[index][key]
    }
}
