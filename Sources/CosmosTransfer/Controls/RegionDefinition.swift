internal import Experiment
public import Tensors

/// A rectangle of the picture, in fractions of its width and height (spec §1.9).
public struct RegionBox: Sendable, Equatable {
    public let x1, y1, x2, y2: Double

    /// - Throws: `BenchError` unless the corners lie in the picture, the first left of and above the second.
    public init(x1: Double, y1: Double, x2: Double, y2: Double) throws {
        // Written so that NaN fails.
        guard x1 >= 0, y1 >= 0, x1 < x2, y1 < y2, x2 <= 1, y2 <= 1 else {
            throw BenchError(
                .usage,
                "the region [\(x1), \(y1), \(x2), \(y2)] is no box; give [x1, y1, x2, y2] as fractions 0 … 1 of the "
                    + "width and the height, with x1 < x2 and y1 < y2")
        }
        (self.x1, self.y1, self.x2, self.y2) = (x1, y1, x2, y2)
    }
}

/// One part of a region as a spec or a definitions file writes it.
public enum RegionDefinition: Sendable, Equatable {
    case box(RegionBox)
    /// A video whose bright pixels are the region: a path as it was written.
    case video(String)

    /// The definitions that a value stands for: a box [x1, y1, x2, y2], the path of a definitions file (`.json`) or of a
    /// video, or a list of these.
    /// - Parameter file: where the value was written, for errors.
    /// - Throws: `BenchError` saying what is no definition; `FileError` for a definitions file that is no JSON.
    public static func parse(_ value: JSON, file: String) throws -> [RegionDefinition] {
        switch value {
        case .string(let path) where path.lowercased().hasSuffix(".json"): return try read(path: path)
        case .string(let path) where !path.isEmpty: return [.video(path)]
        case .array(let values):
            let numbers = values.compactMap(number)
            if numbers.count == 4, values.count == 4 {
                return [.box(try RegionBox(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3]))]
            }
            // Files in a list would make lists without end.
            guard !values.isEmpty, numbers.isEmpty, !values.contains(where: isFile) else { break }
            return try values.flatMap { try parse($0, file: file) }
        default: break
        }
        throw BenchError(
            .unusableInput,
            "\(file): a region is \(description(value)); give a box [x1, y1, x2, y2], a list of boxes, or the path of a "
                + "video or of a .json file with such a list")
    }

    /// A definitions file: a list of boxes and paths of videos, which together are one region.
    public static func read(path: String) throws -> [RegionDefinition] {
        let value = try JSON(path: path, limit: 1 << 22)
        if isFile(value) {
            throw BenchError(.unusableInput, "\(path): names another definitions file; write the regions themselves")
        }
        return try parse(value, file: path)
    }

    private static func isFile(_ value: JSON) -> Bool {
        if case .string(let path) = value { path.lowercased().hasSuffix(".json") } else { false }
    }

    private static func number(_ value: JSON) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    private static func description(_ value: JSON) -> String {
        if case .array(let values) = value { "a list of \(values.count)" } else { value.kind }
    }
}
