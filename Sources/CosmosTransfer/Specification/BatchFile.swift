internal import Experiment
internal import Tensors

/// The JSON lines of a batch: one video a line (spec §7.4).
enum BatchFile {
    /// - Throws: `BenchError` naming file, line and key of what is wrong.
    static func read(_ path: String) throws -> [SpecReader.Item] {
        var bytes: [UInt8]
        do throws(FileError) {
            bytes = try RandomAccessFile(path: path).readAll(limit: 1 << 26)
        } catch {
            throw BenchError(.unusableInput, error.description)
        }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }  // a byte order mark
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else {
            throw BenchError(.unusableInput, "\(path): has no lines; write a JSON object a line, one for each video")
        }
        var items: [SpecReader.Item] = []
        for (i, line) in lines.enumerated() { items.append(try item(Array(line), i, path)) }
        return items
    }

    private static func item(_ line: [UInt8], _ index: Int, _ path: String) throws -> SpecReader.Item {
        let place = "\(path), line \(index + 1)"
        guard line.contains(where: { $0 > 0x20 }) else {
            throw BenchError(.unusableInput, "\(place): is blank; every line is a JSON object")
        }
        let value: JSON
        do throws(FileError) { value = try JSON(line, file: place) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        let fields = try SpecFields(value, place: place)
        try fields.check(["visual_input", "prompt", "control_overrides"], of: "a line of a batch")
        guard let input = try fields.string("visual_input"), !input.isEmpty else {
            throw fields.failure("has no 'visual_input', the path of the video to start from")
        }
        var controls: [JSON.Member] = []
        if let value = fields["control_overrides"] {
            let overrides = try SpecFields(value, place: "\(place), 'control_overrides'")
            try overrides.check(ControlKind.allCases.map(\.rawValue), of: "it")
            for member in overrides.members {
                try SpecFields(member.value, place: "\(place), 'control_overrides' of '\(member.key)'")
                    .check(ControlReader.keys, of: "a control")
            }
            controls = overrides.members
        }
        return SpecReader.Item(
            index: index, file: path, place: place, inputVideo: input, prompt: try fields.string("prompt"),
            controls: controls)
    }
}
