import Foundation
import Suites
import TestSupport
import Testing
import Yams

@Suite struct SuiteSchemaTests {
    private let validator: SchemaValidator

    init() throws {
        validator = SchemaValidator(
            root: try .json(Places.repository.appendingPathComponent("Fixtures/suite.schema.json").path))
    }

    private static func document(_ yaml: String) throws -> DocumentValue {
        DocumentValue(try #require(try compose(yaml: yaml)))
    }

    /// Suites that have every key among them, which the reader takes.
    private static let examples: [String] = {
        let paper = "published: {file: ../papers/paper.yaml, table: one}"
        let scaling = "published: {file: ../papers/scaling.yaml, table: five}"
        let metrics = """
            metrics:
              profile: aligned-2026
              blur-ssim: {diameter: 5, sigma-color: 150, sigma-space: 9}
              edge-f1: {low: 50, high: 100}
              regions: true
              networks: {depth: ../world/judges/depth, masks: ../world/judges/classes, phrases: dino,
                perceptual: ../world/judges/features, quality: dover, saliency: u2net}
              niqe: {block: 32}
            table: {columns: [blur-ssim, edge-f1/fg, niqe], \(paper), panels: [{axis: steps, column: niqe, r: 0.5}]}

            """
        let all = ["vis", "edge", "depth", "seg", "keypoint", "hdmap", "lidar"].map { "\($0): {fg: 1, bg: 1/3}" }
            .joined(separator: ", ")
        let start = "dataset: ../world/clips\n"
        return [
            start + metrics + """
                suite: whole
                title: All of it
                clips: [task_0000, task_0002]
                generators:
                  big: {embedded: {weights: ../world/weights, steps: 35, guidance: 2.5}}
                  small: {command: {run: [../tools/make.sh, "{out}", "{steps}"], files: ../tools, minutes: 3, settings: {steps: 9}}}
                  kept: {recorded: ../world/videos}
                generator: big
                controls: {vis: very_low, edge: medium}
                configurations:
                  - {name: Vis, weights: {\(all)}, generator: small}
                  - {name: Edge, weights: {edge: 1}, generator: {steps: 10}}
                grid:
                  base: {\(all)}
                  axes:
                    - {weight: [depth/bg, edge/bg], values: {from: 0, to: 1, step: 1/4}}
                    - {setting: steps, values: [10, 35]}
                  design: product
                  where: sum <= 20
                  max-cells: 100
                prompts: {night: at night}
                seeds: [1, 2]
                race: {objectives: [blur-ssim/fg, edge-f1], confidence: 0.9, blocks: 3, at-least: 5, seed: 2}
                """,
            start + """
                suite: shares
                clips: 2
                generator: {embedded: ../world/weights}
                grid: {design: simplex, simplex: {weights: [vis, edge/fg], step: 1/4, sum: 1}}
                prompts: all
                seeds: 3
                table: {panels: {file: ../papers/scaling.yaml, figure: six}}
                timing: {repeats: 3, warm-up: 0, seed: 4, devices: [1, 2], diffusion-seconds: "took (.*) s", \(scaling)}
                """,
            start + """
                suite: sample
                generator: {command: [../tools/make.sh, "{out}"]}
                grid: {design: sample, sample: {n: 8, seed: 2}, axes: [{weight: vis, values: {from: 0, to: 1}}]}
                prompts: [own, "1"]
                """,
        ]
    }()

    private func world() throws -> SuiteWorld {
        let world = try SuiteWorld()
        try world.folder.write(
            """
            source: A paper
            tables:
              five:
                title: Table 5
                comparison: scaling
                devices: [1, 2]
                rows: [{metric: generate-seconds, published: End to end, seconds: [9, 5]}]
            figures:
              six: {title: Figure 6, panels: [{axis: vis, column: blur-ssim, r: 0.9}]}
            """, to: "papers/scaling.yaml")
        return world
    }

    @Test func `every example is taken by the reader and by the schema`() throws {
        for example in Self.examples + [SuiteWorld.whole, SuiteWorld.small] {
            #expect(try world().refusal(example) == "")
            #expect(validator.faults(try Self.document(example)) == [])
        }
    }

    @Test func `every shipped suite is taken by the schema`() throws {
        let folder = Places.repository.appendingPathComponent("Fixtures/suites").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 3)
        for name in names {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            #expect(validator.faults(try Self.document(text)) == [], "\(name)")
        }
    }

    @Test func `every suite and grid that README shows is taken by the schema`() throws {
        let text = try String(contentsOf: Places.repository.appendingPathComponent("README.md"), encoding: .utf8)
        var blocks: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("    ") { blocks[blocks.count - 1].append(line.dropFirst(4)) } else { blocks.append([]) }
        }
        let shown = blocks.filter { block in
            ["suite:", "grid:", "generators:"].contains { block.first?.hasPrefix($0) ?? false }
        }
        var kinds = Set<String>()
        for block in shown {
            let document = try Self.document(block.joined(separator: "\n"))
            guard case .map(let members) = document else { continue }
            for (key, value) in members where members["suite"] == nil {
                let schema = try #require(validator.root["properties"]?[key])
                #expect(validator.faults(value, schema) == [], "\(key)")
                kinds.insert(key)
            }
            if members["suite"] != nil {
                #expect(validator.faults(document) == [])
                kinds.insert("suite")
            }
        }
        #expect(kinds.isSuperset(of: ["suite", "grid"]))
    }

    /// In every mapping of the examples an unknown key is told from all that the reader knows: those of the schema.
    @Test func `reader and schema have the same keys everywhere`() throws {
        let world = try world()
        var seen = Set<String>()
        for example in Self.examples {
            let document = try Self.document(example)
            try compare(document, validator.root, document, { $0 }, "", world, &seen)
        }
        // Whatever the schema has properties for was looked at.
        var all = [""]
        guard case .map(let definitions) = validator.root["$defs"] else { return }
        all += definitions.filter { $0.value["properties"] != nil }.map(\.key)
        #expect(seen == Set(all))
    }

    /// - Parameters:
    ///   - value: a part of `document`.
    ///   - replaced: the document with another value in the part's place.
    private func compare(
        _ value: DocumentValue, _ schema: DocumentValue, _ document: DocumentValue,
        _ replaced: (DocumentValue) -> DocumentValue, _ name: String, _ world: SuiteWorld, _ seen: inout Set<String>
    ) throws {
        let branches = branches(of: schema, named: name)
        switch value {
        case .list(let items):
            for (place, item) in items.enumerated() {
                for (schema, name) in branches {
                    guard let inner = schema["items"] else { continue }
                    try compare(
                        item, inner, document,
                        {
                            var items = items
                            items[place] = $0
                            return replaced(.list(items))
                        }, name, world, &seen)
                }
            }
        case .map(let members):
            for (schema, name) in branches {
                if case .map(let properties) = schema["properties"], !seen.contains(name) {
                    seen.insert(name)
                    var members = members
                    members["zzz"] = .number(1)
                    let refusal = try world.refusal(replaced(.map(members)).flow)
                    let known = try #require(
                        refusal.firstMatch(of: /'zzz'; .*? (?:has|are) ([a-z0-9, -]+)/), "\(refusal)")
                    #expect(Set(known.1.split(separator: ", ").map(String.init)) == Set(properties.keys), "\(name)")
                }
                for (key, member) in members {
                    guard let inner = schema["properties"]?[key] ?? schema["additionalProperties"] else { continue }
                    try compare(
                        member, inner, document,
                        {
                            var members = members
                            members[key] = $0
                            return replaced(.map(members))
                        }, "", world, &seen)
                }
            }
        default: break
        }
    }

    /// The schemas that a value may follow, with the names of their definitions.
    private func branches(of schema: DocumentValue, named name: String) -> [(DocumentValue, String)] {
        if case .text(let reference) = schema["$ref"] {
            return branches(
                of: validator.resolved(schema), named: String(reference.split(separator: "/").last ?? ""))
        }
        if schema["properties"] == nil, case .list(let choices) = schema["anyOf"] {
            return choices.flatMap { branches(of: $0, named: name) }
        }
        return [(schema, name)]
    }

    @Test(arguments: [
        ("title: All", "titel: All"), ("steps: 35", "steps: 0"), ("vis: very_low", "vis: weak"), ("seg: {", "sgg: {"),
        ("fg: 1, bg", "fg: -1, bg"), ("where: sum <= 20", "where: 20"), ("design: product", "design: cube"),
        ("[depth/bg, edge/bg]", "[depth/front]"), ("max-cells: 100", "max-cells: 0"),
        ("seeds: [1, 2]", "seeds: [1, 1]"),
        ("confidence: 0.9", "confidence: 1"), ("from: 0, to", "form: 0, to"), ("suite: whole", "suite: a/b"),
    ])
    func `what the reader refuses, the schema refuses`(text: String, replacement: String) throws {
        let example = try #require(Self.examples.first).replacing(text, with: replacement)
        #expect(example != Self.examples[0])
        #expect(try world().refusal(example) != "")
        #expect(validator.faults(try Self.document(example)) != [])
    }
}
