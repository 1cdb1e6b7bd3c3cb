import Experiment
import Suites
import TestSupport
import Testing

/// A folder with everything that suites name, to read suites in.
struct SuiteWorld {
    let folder = TemporaryFolder()

    init() throws {
        for name in ["clips", "weights", "judges/depth", "judges/classes", "judges/features", "videos"] {
            try folder.write("", to: "world/\(name)/.keep")
        }
        try folder.write("#!/bin/sh\n", to: "tools/make.sh")
        try folder.write(Self.paper, to: "papers/paper.yaml")
    }

    func path(_ name: String) -> String { folder.file(name) }

    func suite(_ text: String) throws -> Suite { try Suite(path: folder.write(text, to: "suites/a.yaml")) }

    /// The sentence that a text is refused with, without the folder's name; "" where it is taken.
    func refusal(_ text: String) throws -> String { try refusal(Array(text.utf8)) }

    func refusal(_ bytes: [UInt8]) throws -> String {
        let path = try folder.write(bytes, to: "suites/a.yaml")
        do {
            _ = try Suite(path: path)
            return ""
        } catch {
            #expect(error.code == .unusableInput)
            return error.sentence.replacing(folder.path + "/", with: "")
        }
    }

    static let paper = """
        source: A paper
        tables:
          one:
            title: Table 1
            comparison: ranking
            columns:
              - {column: blur-ssim, published: SSIM, direction: higher}
              - {column: niqe, published: DOVER, direction: higher}
            rows:
              Vis: [0.9, 5]
              Edge: [0.8, null]
        """

    /// A suite that uses everything.
    static let whole = """
        suite: whole
        title: All of it
        dataset: ../world/clips
        clips: [task_0000, task_0002]
        generator:
          embedded: {weights: ../world/weights, steps: 35, guidance: 2.5}
        controls:
          vis: very_low
          edge: medium
        configurations:
          - {name: Vis, weights: {vis: 1}}
          - name: FG vis / BG seg
            weights:
              vis: {fg: 0.5, bg: 0}
              seg: {fg: 0, bg: 1/3}
              edge: 0
        prompts: [own, "1", 2]
        seeds: [1, 4294967295]
        metrics:
          profile: aligned-2026
          blur-ssim: {diameter: 5, sigma-color: 150, sigma-space: 9}
          edge-f1: {low: 50, high: 100}
          regions: true
          networks:
            depth: ../world/judges/depth
            masks: ../world/judges/classes
            perceptual: ../world/judges/features
            saliency: u2net
          niqe: {block: 32}
        table:
          columns: [blur-ssim, edge-f1/fg, niqe]
          published: {file: ../papers/paper.yaml, table: one}

        """

    /// The least that a suite can be.
    static let small = """
        suite: small
        dataset: ../world/clips
        generator: {recorded: ../world/videos}
        configurations:
          - {name: Vis, weights: {vis: 1}}

        """
}
