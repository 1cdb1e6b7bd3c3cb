import TestSupport
import Testing

/// `score --profile all` as a user runs it.
@Suite struct ProfileAllTests {
    private let folder = TemporaryFolder()

    @Test func `both profiles are scored at once, shown with their differences, and known to each alone`() throws {
        try layOutSmallBenchmark(in: folder)
        let arguments = ["score", "--dataset", "data", "--videos", "vis"]
        let both = try program.run(arguments + ["--profile", "all"], in: folder)
        #expect(both.status == 0, "\(both.errors)")
        #expect(both.output.contains("where the profiles differ"), "\(both.output)")
        #expect(both.output.contains("paibench-2025") && both.output.contains("aligned-2026"))
        #expect(both.output.contains("the same in all profiles:") && both.output.contains("blur-ssim"))
        for profile in ["paibench-2025", "aligned-2026"] {
            let alone = try program.run(arguments + ["--profile", profile], in: folder)
            #expect(alone.status == 0 && alone.errors.contains("0 scored now, 2 known before"), "\(alone.errors)")
            let fresh = try program.run(arguments + ["--profile", profile, "--store", "\(profile).sqlite"], in: folder)
            #expect(
                fresh.output == alone.output.replacing(/run \d+ \(data\)/, with: "run 1 (data)"), "\(profile)")
        }
    }
}
