internal import COnnxRuntime
public import Experiment
public import Foundation

/// What a network runs on.
public enum Device: String, Sendable, CaseIterable, Codable {
    case cpu, cuda
}

/// ONNX Runtime, found on the machine when it is needed; nothing of it is needed to build.
public final class OnnxRuntime: Sendable {
    /// The file that was loaded.
    public let path: String
    nonisolated(unsafe) let library: OpaquePointer

    /// The variable that names the library's file.
    public static let variable = "TRANSFERBENCH_ONNXRUNTIME"
    /// The command that installs it where it is found.
    public static let remedy =
        "python3 -m pip install --no-deps --target ${XDG_DATA_HOME:-~/.local/share}/transferbench/onnxruntime onnxruntime==1.31.1"

    /// Loads the library: from `path`; without one, from the file that the environment names, from where the loader finds
    /// it, or from where `remedy` installs it.
    /// - Throws: `BenchError` 69, when there is none or it is too old.
    public static func load(
        path: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(BenchError) -> OnnxRuntime {
        if let named = path ?? environment[variable], !named.isEmpty {
            var status = stat()
            guard stat(named, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
                throw BenchError(.missing, "\(named) is no library; let \(variable) name libonnxruntime.so")
            }
            return try OnnxRuntime(path: named)
        }
        var found: BenchError?
        for candidate in ["libonnxruntime.so.1", "libonnxruntime.so"] + installedLibraries(environment) {
            do throws(BenchError) {
                return try OnnxRuntime(path: candidate)
            } catch {
                // One that is there and does not serve is worth its own words; one that is not there is not.
                if found == nil, candidate.hasPrefix("/") || error.sentence.contains("too old") { found = error }
            }
        }
        throw found
            ?? BenchError(
                .missing, "ONNX Runtime is not on this machine, and networks need it; install it with `\(remedy)`")
    }

    private init(path: String) throws(BenchError) {
        var opened: OpaquePointer?
        var why = [CChar](repeating: 0, count: Int(ORT_WHY))
        let status = ort_library_open(path, &opened, &why)
        guard status == ORT_OK, let opened else {
            let reason = text(why)
            throw BenchError(
                .missing,
                status == ORT_TOO_OLD
                    ? "\(path) is ONNX Runtime \(reason), which is too old (1.11 or later is needed); install another with `\(OnnxRuntime.remedy)`"
                    : "\(path) cannot be loaded as ONNX Runtime (\(reason)); install it with `\(OnnxRuntime.remedy)`")
        }
        self.path = path
        library = opened
    }

    deinit { ort_library_close(library) }

    public var version: String { String(cString: ort_library_version(library)) }

    /// What this build of the library can run on; whether a GPU is there shows when a network is opened.
    public var devices: [Device] { ort_library_has_cuda(library) != 0 ? [.cpu, .cuda] : [.cpu] }

    private static func installedLibraries(_ environment: [String: String]) -> [String] {
        guard let data = userDataFolder(environment) else { return [] }
        let folder = data + "/onnxruntime/onnxruntime/capi"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("libonnxruntime.so") }
            .sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map { folder + "/" + $0 }
    }
}

/// Where a person's own networks and libraries are kept; nil where there is no home.
func userDataFolder(_ environment: [String: String]) -> String? {
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/transferbench" }
    return environment["HOME"].map { $0 + "/.local/share/transferbench" }
}

/// The text of a buffer that C wrote.
func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isNewline).joined(separator: " ")
}
