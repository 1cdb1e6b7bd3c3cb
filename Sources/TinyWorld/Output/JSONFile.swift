internal import Experiment
internal import Foundation

/// Writes a value as a JSON file, keys in alphabetical order with underscores.
func writeJSON(_ value: some Encodable, to path: String) throws(BenchError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
        try (encoder.encode(value) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
        throw BenchError(
            .missing,
            "\(path) cannot be written (\(error.localizedDescription)); check the folder, its permissions and free space"
        )
    }
}

/// Makes a folder where there is none.
func makeFolder(_ path: String) throws(BenchError) {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw BenchError(.missing, "\(path) cannot be made; check its name and the permissions of the folder above it")
    }
}
