// swift-tools-version: 6.1
// The renderer alone, as one static program: for training on machines that have neither Swift nor OpenCV.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
    name: "tinyworld-shards",
    targets: [
        .target(name: "CKernels"),
        .target(name: "CFFmpeg"),
        .target(name: "COpenCV"),
        .target(name: "COpenBLASCore"),
        .systemLibrary(name: "COpenBLAS"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "COpenSSL"),
        .target(
            name: "Tensors", dependencies: ["CKernels", "COpenBLAS", "COpenBLASCore", "CZlib"], swiftSettings: settings),
        .target(name: "Video", dependencies: ["CFFmpeg", "COpenCV", "CKernels", "Tensors"], swiftSettings: settings),
        .target(name: "Experiment", dependencies: ["COpenSSL"], swiftSettings: settings),
        .target(name: "TinyWorld", dependencies: ["Experiment", "Tensors", "Video"], swiftSettings: settings),
        .executableTarget(
            name: "tinyworld-shards", dependencies: ["Experiment", "Tensors", "TinyWorld"], swiftSettings: settings,
            // What decodes video, multiplies matrices or hashes is never called.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--unresolved-symbols=ignore-all"])]),
    ], swiftLanguageModes: [.v6], cxxLanguageStandard: .cxx17)
