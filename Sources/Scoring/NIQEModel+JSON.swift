import Foundation
public import Tensors

// The file that a model is kept in: JSON, read strictly.

extension NIQEModel {
    static let format = 1

    /// Reads a model.
    /// - Throws: `FileError`, naming the key at fault.
    public init(path: String) throws(FileError) {
        let file = NIQEModelFile(json: try JSON(path: path, limit: 1 << 20), path: path)
        let keys = ["format", "block", "sharpness", "every", "source", "clips", "mean", "covariance"]
        guard case .object(let members) = file.json else { throw file.wrong("is no object") }
        if let stranger = members.first(where: { !keys.contains($0.key) }) {
            throw file.wrong("has the unknown key '\(stranger.key.prefix(100))'")
        }
        guard try file.integer("format") == Self.format else { throw file.wrong("'format' is not \(Self.format)") }
        block = try file.integer("block")
        if let objection = Self.objection(toBlock: block) { throw file.wrong("'block' \(objection)") }
        sharpness = try file.number("sharpness")
        every = try file.integer("every")
        guard (0..<1).contains(sharpness), every >= 1 else {
            throw file.wrong("'sharpness' is not in 0..<1, or 'every' not 1 or more")
        }
        source = try file.text("source")
        clips = try file.clips("clips")
        let n = NIQEFeatures.count
        let mean = try file.numbers(file.json["mean"], count: n, "mean")
        guard case .array(let rows) = file.json["covariance"], rows.count == n else {
            throw file.wrong("'covariance' is not a list of \(n) rows")
        }
        var covariance: [Double] = []
        for row in rows { covariance += try file.numbers(row, count: n, "covariance") }
        for i in 0..<n {
            guard covariance[i * n + i] > 0 else {
                throw file.wrong("'covariance' has no variance above 0 in row \(i)")
            }
            for j in 0..<i {
                let (a, b) = (covariance[i * n + j], covariance[j * n + i])
                guard abs(a - b) <= 1e-9 * max(abs(a), abs(b)) else {
                    throw file.wrong("'covariance' is not symmetric at row \(i), column \(j)")
                }
            }
        }
        gaussian = NIQEGaussian(mean: mean, covariance: covariance)
    }

    /// Writes the model; the file appears under its name only when it is complete.
    /// - Throws: `FileError.unreadable`, when the system refuses.
    public func write(to path: String) throws(FileError) {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw FileError(.unreadable, file: path, "cannot be written: \(error.localizedDescription)")
        }
    }

    /// The file's text: every number as it is, to the last bit.
    var text: String {
        let n = NIQEFeatures.count
        func list(_ values: some Sequence<Double>) -> String {
            "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
        }
        func quoted(_ text: String) -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        }
        let rows = (0..<n).map { list(gaussian.covariance[$0 * n..<($0 + 1) * n]) }
        let known = clips.map {
            "{\"name\": \(quoted($0.name)), \"sha256\": \(quoted($0.sha256)), "
                + "\"frames\": \($0.frames), \"blocks\": \($0.blocks)}"
        }
        return """
            {
              "format": \(Self.format),
              "block": \(block),
              "sharpness": \(sharpness),
              "every": \(every),
              "source": \(quoted(source)),
              "clips": [\(known.isEmpty ? "" : "\n    " + known.joined(separator: ",\n    ") + "\n  ")],
              "mean": \(list(gaussian.mean)),
              "covariance": [
                \(rows.joined(separator: ",\n    "))
              ]
            }

            """
    }
}

/// Values of the document by key, each checked.
private struct NIQEModelFile {
    let json: JSON
    let path: String

    func wrong(_ what: String) -> FileError {
        FileError(.malformed, file: path, "is no NIQE model: it \(what); fit or convert it again")
    }

    func integer(_ key: String) throws(FileError) -> Int {
        guard case .integer(let value) = json[key] else { throw wrong("has no integer under '\(key)'") }
        return value
    }

    func number(_ key: String) throws(FileError) -> Double {
        guard let value = json[key].flatMap(Self.number) else { throw wrong("has no number under '\(key)'") }
        return value
    }

    func text(_ key: String) throws(FileError) -> String {
        guard case .string(let value) = json[key] else { throw wrong("has no text under '\(key)'") }
        return value
    }

    func numbers(_ list: JSON?, count: Int, _ key: String) throws(FileError) -> [Double] {
        guard case .array(let values) = list, values.count == count else {
            throw wrong("has no list of \(count) numbers under '\(key)'")
        }
        let numbers = values.compactMap(Self.number)
        guard numbers.count == count else { throw wrong("has something else than numbers under '\(key)'") }
        return numbers
    }

    func clips(_ key: String) throws(FileError) -> [NIQEModel.Clip] {
        guard case .array(let values) = json[key] else { throw wrong("has no list under '\(key)'") }
        var clips: [NIQEModel.Clip] = []
        for value in values {
            guard case .object(let members) = value, members.count == 4,
                case (.string(let name)?, .string(let hash)?) = (value["name"], value["sha256"]),
                case (.integer(let frames)?, .integer(let blocks)?) = (value["frames"], value["blocks"])
            else { throw wrong("has a clip without name, sha256, frames and blocks, or with more") }
            clips.append(NIQEModel.Clip(name: name, sha256: hash, frames: frames, blocks: blocks))
        }
        return clips
    }

    private static func number(_ value: JSON) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
