internal import Experiment
internal import Tensors

/// The JSON lines of a batch: one video a line (spec §7.4).
enum BatchFile {
    /// - Throws: `BenchError` naming the line that is no such object.
    static func read(_ path: String) throws -> [SpecReader.Item] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try RandomAccessFile(path: path).readAll(limit: 1 << 26)
        } catch {
            throw BenchError(.unusableInput, error.description)
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw BenchError(.unusableInput, "\(path): has no lines") }
        var items: [SpecReader.Item] = []
        for (i, line) in lines.enumerated() { items.append(try item(Array(line), i, "\(path), line \(i + 1)")) }
        return items
    }

    private static func item(_ line: [UInt8], _ index: Int, _ place: String) throws -> SpecReader.Item {
        guard line.contains(where: { $0 > 0x20 }) else {
            throw BenchError(.unusableInput, "\(place): is blank; every line is a JSON object")
        }
        let value: JSON
        do throws(FileError) { value = try JSON(line, file: place) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        let fields = try SpecFields(value, place: place)
        guard let input = try fields.string("visual_input"), !input.isEmpty else {
            throw fields.failure("has no 'visual_input', the path of the video to start from")
        }
        let controls = try fields["control_overrides"].map { value in
            try SpecFields(value, place: "\(place), 'control_overrides'").members
        }
        return SpecReader.Item(
            index: index, place: place, inputVideo: input, prompt: try fields.string("prompt"), controls: controls ?? []
        )
    }
}
