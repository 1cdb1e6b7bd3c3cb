internal import Foundation
internal import Synchronization

/// Writes `.safetensors` files. A file appears under its name only when it is complete.
public enum SafetensorsWriter {
    /// A tensor that is to be written.
    public struct Entry: Sendable, Equatable {
        public let name: String
        public let element: ElementType
        public let shape: [Int]

        public init(name: String, element: ElementType, shape: [Int]) {
            self.name = name
            self.element = element
            self.shape = shape
        }

        var count: Int { shape.reduce(1, *) }
    }

    /// Writes tensors under the dictionary's names, in their own element types.
    /// - Throws: `FileError.unreadable`, when the system refuses.
    public static func write(
        _ tensors: [String: StoredTensor], to path: String, metadata: [String: String] = [:]
    ) throws(FileError) {
        let entries = tensors.map { Entry(name: $0.key, element: $0.value.element, shape: $0.value.shape) }
        try write(entries, to: path, metadata: metadata) { entry, range, bytes in
            tensors[entry.name]?.withBytes { source in
                let size = entry.element.size
                bytes.copyMemory(
                    from: UnsafeRawBufferPointer(
                        rebasing: source[range.lowerBound * size..<range.upperBound * size]))
            }
        }
    }

    /// The same, as float32.
    public static func write(
        _ tensors: [String: Tensor], to path: String, metadata: [String: String] = [:]
    ) throws(FileError) {
        var stored: [String: StoredTensor] = [:]
        for (name, tensor) in tensors { stored[name] = StoredTensor(name: name, tensor) }
        try write(stored, to: path, metadata: metadata)
    }

    /// Writes tensors whose numbers are made while the file is written: memory does not grow with them.
    /// - Parameters:
    ///   - pool: threads that make and write pieces.
    ///   - fill: writes numbers `range` of a tensor, in its element type. Called for disjoint ranges, from several threads.
    /// - Throws: `FileError.unreadable`, when the system refuses.
    public static func write(
        _ entries: [Entry], to path: String, metadata: [String: String] = [:],
        pool: WorkerPool = WorkerPool(threads: 1),
        fill: @Sendable (_ entry: Entry, _ range: Range<Int>, _ bytes: UnsafeMutableRawBufferPointer) -> Void
    ) throws(FileError) {
        // Wide elements first: then every tensor is aligned to its own.
        let ordered = entries.sorted { ($1.element.size, $0.name) < ($0.element.size, $1.name) }
        let header = try headerBytes(ordered, metadata: metadata, path: path)
        let file = try PartialFile(path: path)
        try file.finish(writeAll(header, ordered, to: file, pool: pool, fill: fill))
    }

    /// Bytes that one thread makes before it writes them.
    private static let chunk = 4 << 20

    /// The system's error, or 0.
    private static func writeAll(
        _ header: [UInt8], _ entries: [Entry], to file: PartialFile, pool: WorkerPool,
        fill: @Sendable (Entry, Range<Int>, UnsafeMutableRawBufferPointer) -> Void
    ) -> Int32 {
        struct Piece {
            let entry: Int
            let range: Range<Int>
            let offset: Int
        }
        var pieces: [Piece] = []
        var offset = header.count
        for (i, entry) in entries.enumerated() {
            let step = chunk / entry.element.size
            for start in stride(from: 0, to: entry.count, by: step) {
                let range = start..<min(entry.count, start + step)
                pieces.append(Piece(entry: i, range: range, offset: offset))
                offset += range.count * entry.element.size
            }
        }
        let failure = Atomic<Int32>(header.withUnsafeBytes { file.write($0, at: 0) })
        let next = Atomic<Int>(0)
        let turn = Mutex<Void>(())
        let list = pieces
        pool.run(min(pool.threads, list.count)) { _ in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
            defer { buffer.deallocate() }
            while failure.load(ordering: .relaxed) == 0 {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < list.count else { return }
                let piece = list[index]
                let entry = entries[piece.entry]
                let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(piece.range.count * entry.element.size)])
                fill(entry, piece.range, bytes)
                // The system lets one thread at a time write to a file; the others would spin.
                let code = turn.withLock { _ in
                    file.write(UnsafeRawBufferPointer(bytes), at: piece.offset)
                }
                if code != 0 { failure.store(code, ordering: .relaxed) }
            }
        }
        return failure.load(ordering: .relaxed)
    }

    private static func headerBytes(
        _ entries: [Entry], metadata: [String: String], path: String
    ) throws(FileError) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        var names: Set<String> = ["__metadata__"]
        for entry in entries {
            guard names.insert(entry.name).inserted, let size = byteCount(entry.shape, entry.element) else {
                throw FileError(
                    .unsupported, file: path, "cannot hold tensor '\(entry.name)': its name is taken or it is too large"
                )
            }
            let shape = entry.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(quoted(entry.name)):{\"dtype\":\"\(entry.element.safetensorsName)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(offset + size)]}")
            offset += size
        }
        var text = Array("{\(fields.joined(separator: ","))}".utf8)
        while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 32: result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
