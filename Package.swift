// swift-tools-version: 6.1
import PackageDescription

// Debian keeps OpenCV's headers here. pkgConfig "opencv4" would find them too, but it links all of OpenCV's modules:
// hundreds of shared libraries at start for the three that are used.
let opencvInclude = Context.environment["OPENCV_INCLUDE_DIR"] ?? "/usr/include/opencv4"
let opencvModules = ["opencv_core", "opencv_imgproc", "opencv_imgcodecs"]

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
// Debug builds run the tests on real frames: unoptimised, the loops over pixels are hundreds of times slower.
let hot: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
// SQLite's own functions, for the one place that reads a million rows.
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")

let package = Package(
    name: "transferbench",
    products: [
        .executable(name: "transferbench", targets: ["transferbench"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The only C and C++, each behind a C header.
        .target(
            name: "CKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .target(
            name: "COpenCV",
            cxxSettings: [
                .unsafeFlags(["-I\(opencvInclude)"]),
                .unsafeFlags(["-O2"], .when(configuration: .debug)),
            ],
            linkerSettings: opencvModules.map { .linkedLibrary($0) }),
        .target(
            name: "CGnuplot",
            linkerSettings: ["boost_iostreams", "boost_filesystem", "boost_system"].map { .linkedLibrary($0) }),
        .target(
            name: "COnnxRuntime", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))],
            linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "CFFmpeg", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))],
            linkerSettings: ["avformat", "avcodec", "swscale", "avutil"].map { .linkedLibrary($0) }),
        .target(name: "CProcess"),
        .target(name: "CSentencePiece", linkerSettings: [.linkedLibrary("sentencepiece")]),
        .target(
            name: "COpenBLASCore", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // The rooms of the house, bottom to top.
        .target(
            name: "Tensors", dependencies: ["CKernels", "COpenBLAS", "COpenBLASCore", "CZlib"], swiftSettings: hot),
        .target(name: "Video", dependencies: ["CFFmpeg", "COpenCV", "CKernels", "Tensors"], swiftSettings: hot),
        .target(name: "Experiment", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(
            name: "CosmosTransfer",
            dependencies: ["CKernels", "CSentencePiece", "Experiment", "Tensors", "Video"], swiftSettings: hot),
        .target(
            name: "Perception", dependencies: ["CKernels", "COnnxRuntime", "Experiment", "Tensors", "Video"],
            swiftSettings: hot),
        .target(
            name: "Scoring", dependencies: ["CKernels", "Experiment", "Tensors", "Video"],
            swiftSettings: hot),
        .target(name: "TinyWorld", dependencies: ["Experiment", "Tensors", "Video"], swiftSettings: hot),
        .target(
            name: "Generation", dependencies: ["CProcess", "CosmosTransfer", "Experiment", "Tensors", "Video"],
            swiftSettings: strict),
        .target(
            name: "Suites", dependencies: ["Experiment", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(name: "Results", dependencies: ["Experiment", grdb, sqlite], swiftSettings: hot),
        .target(name: "Reporting", dependencies: ["CGnuplot", "Experiment", "Results"], swiftSettings: strict),
        .target(
            name: "Execution",
            dependencies: [
                "CosmosTransfer", "Experiment", "Generation", "Perception", "Results", "Scoring", "Suites", "Tensors",
                "Video",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "transferbench",
            dependencies: [
                "CosmosTransfer", "Execution", "Experiment", "Generation", "Perception", "Reporting", "Results",
                "Scoring",
                "Suites", "Tensors", "TinyWorld", "Video",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Writes large stores for Benchmarks/store_scale.py.
        .executableTarget(
            name: "store-scale", dependencies: ["Experiment", "Results"], path: "Benchmarks/StoreScale",
            swiftSettings: hot),

        .target(
            name: "TestSupport", dependencies: ["Tensors", "Video"], path: "Tests/TestSupport", swiftSettings: hot),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"], swiftSettings: hot),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"], swiftSettings: hot),
        .testTarget(
            name: "VideoTests", dependencies: ["Experiment", "Tensors", "Video", "TestSupport"], swiftSettings: hot),
        .testTarget(name: "ExperimentTests", dependencies: ["Experiment", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CosmosTransferTests", dependencies: ["CosmosTransfer", "TestSupport"], swiftSettings: hot),
        .testTarget(name: "PerceptionTests", dependencies: ["Perception", "TestSupport"], swiftSettings: hot),
        .testTarget(
            name: "ScoringTests", dependencies: ["Scoring", "TestSupport"],
            resources: [.copy("Resources")], swiftSettings: strict),
        .testTarget(
            name: "TinyWorldTests", dependencies: ["Experiment", "Tensors", "TinyWorld", "Video", "TestSupport"],
            swiftSettings: hot),
        .testTarget(
            name: "GenerationTests", dependencies: ["CosmosTransfer", "Generation", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SuitesTests", dependencies: ["Suites", "TestSupport", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .testTarget(
            name: "ResultsTests", dependencies: ["Results", "TestSupport", grdb], swiftSettings: strict),
        .testTarget(
            name: "ReportingTests", dependencies: ["Reporting", "TestSupport"],
            resources: [.copy("Resources")], swiftSettings: strict),
        .testTarget(
            name: "ExecutionTests",
            dependencies: ["Execution", "Generation", "Perception", "Suites", "TestSupport", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["transferbench", "Perception", "TestSupport", grdb],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
