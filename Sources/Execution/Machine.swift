import Foundation
internal import Results
internal import Tensors
internal import Video

/// The versions and the machine behind a run, as stored with it.
public enum Machine {
    public static func environment(version: String, threads: Int) -> [String: String] {
        [
            "transferbench": version,
            "ffmpeg": FFmpegLibraries.versions,
            "opencv": OpenCVLibrary.version,
            "sqlite": Store.sqliteVersion,
            "system": systemName,
            "cpu": processor,
            "instruction-set": Kernels.instructionSet,
            "matrix-library": Kernels.matrices,
            "threads": "\(threads)",
        ]
    }

    /// Cores that this process may use.
    public static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    private static var systemName: String {
        let lines = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let name = lines.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        return name.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } }
            ?? ProcessInfo.processInfo.operatingSystemVersionString
    }

    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let name = lines.split(separator: "\n").first { $0.hasPrefix("model name") }
        return name?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}
