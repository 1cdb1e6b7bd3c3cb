import Foundation
import TestSupport
import Testing

/// The rooms of the house and which of the others each may open: what design.md draws.
@Suite struct ArchitectureTests {
    private static let allowed: [String: Set<String>] = [
        "Tensors": ["CKernels", "COpenBLAS", "COpenBLASCore", "CZlib"],
        "Video": ["CFFmpeg", "COpenCV", "CKernels", "Tensors"],
        "Experiment": ["COpenSSL"],
        "CosmosTransfer": ["CKernels", "CSentencePiece", "Experiment", "Tensors", "Video"],
        "Perception": ["CKernels", "COnnxRuntime", "Experiment", "Tensors", "Video"],
        "Scoring": ["CKernels", "Experiment", "Tensors", "Video"],
        "TinyWorld": ["Experiment", "Tensors", "Video"],
        "Results": ["Experiment"],
        "Reporting": ["CGnuplot", "Experiment", "Results"],
        "Generation": ["CProcess", "CosmosTransfer", "Experiment", "Tensors", "Video"],
        "Suites": ["Experiment"],
        "Execution": [
            "CosmosTransfer", "Experiment", "Generation", "Perception", "Results", "Scoring", "Suites", "Tensors",
            "Video",
        ],
        "transferbench": [
            "CosmosTransfer", "Execution", "Experiment", "Generation", "Perception", "Reporting", "Results", "Scoring",
            "Suites", "Tensors", "TinyWorld", "Video",
        ],
    ]

    private static let sources = Places.repository.appendingPathComponent("Sources")

    /// Every folder under Sources: our own modules, the C ones included.
    private static let modules: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: sources.path))?.filter { !$0.hasPrefix(".") } ?? []

    private static func swiftFiles(of module: String) -> [URL] {
        let folder = sources.appendingPathComponent(module)
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    /// The modules that a file imports, whatever the import's access level, attributes or kind.
    private static func imports(of source: String) -> Set<String> {
        let line =
            /^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)/
        return Set(source.matches(of: line.anchorsMatchLineEndings()).map { String($0.1) })
    }

    @Test func `every form of import is seen`() {
        let source = """
            import A
            internal import B
              public import C
            @testable import D
            @preconcurrency internal import E.Submodule
            import struct F.Thing
            @_spi(Private) import G
            // import H
            let text = "import I"
            """
        #expect(Self.imports(of: source) == ["A", "B", "C", "D", "E", "F", "G"])
    }

    @Test func `rooms open only the doors that the design draws`() throws {
        for (room, doors) in Self.allowed.sorted(by: { $0.key < $1.key }) {
            let files = Self.swiftFiles(of: room)
            #expect(!files.isEmpty, "Sources/\(room) has no Swift files")
            for file in files {
                let ours = Self.imports(of: try String(contentsOf: file, encoding: .utf8)).intersection(Self.modules)
                let others = ours.subtracting(doors).sorted()
                #expect(others.isEmpty, "\(room)/\(file.lastPathComponent) imports \(others.joined(separator: ", "))")
            }
        }
    }

    @Test func `every room is on the plan`() {
        let rooms = Self.modules.filter { !Self.swiftFiles(of: $0).isEmpty }
        #expect(Set(rooms) == Set(Self.allowed.keys))
    }

    @Test func `no door leads back`() {
        // Taking away, again and again, the rooms that open nothing that is left, empties the house.
        var left = Self.allowed
        while let room = left.first(where: { $0.value.isDisjoint(with: left.keys) })?.key { left[room] = nil }
        #expect(left.isEmpty, "\(left.keys.sorted()) form a circle")
    }
}
