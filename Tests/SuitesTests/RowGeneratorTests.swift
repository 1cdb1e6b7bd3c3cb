import Experiment
import Suites
import TestSupport
import Testing

@Suite struct RowGeneratorTests {
    private static let two = """
        suite: two
        dataset: ../world/clips
        generators:
          big: {embedded: {weights: ../world/weights, steps: 35, guidance: 2}}
          small: {command: {run: [../tools/make.sh, "{out}", "--steps={steps}", "{mode}"], settings: {steps: 5, mode: fast}}}
        configurations:
          - {name: Vis, weights: {vis: 1}}
          - {name: Vis small, weights: {vis: 1}, generator: small}
          - {name: Vis 10, weights: {vis: 1}, generator: {steps: 10, guidance: 5}}

        """

    @Test func `rows choose a generator, or set some of the suite's`() throws {
        let world = try SuiteWorld()
        let suite = try world.suite(Self.two)
        let weights = world.path("world/weights")
        #expect(suite.generator == .embedded(weights: weights, steps: 35, guidance: 2))
        #expect(suite.generator(of: "Vis") == suite.generator)
        #expect(
            suite.generator(of: "Vis small")
                == .command(
                    words: [world.path("tools/make.sh"), "{out}", "--steps=5", "fast"], files: [], minutes: nil))
        #expect(suite.generator(of: "Vis 10") == .embedded(weights: weights, steps: 10, guidance: 5))
        #expect(suite.generators.count == 3)
    }

    @Test func `a grid crosses generators and their settings`() throws {
        let suite = try SuiteWorld().suite(
            Self.two + """
                grid:
                  base: {edge: 1}
                  axes:
                    - {setting: generator, values: [big, small]}
                    - {setting: steps, values: [7, 9]}
                """)
        #expect(
            suite.configurations.dropFirst(3).map(\.name) == [
                "generator big · steps 7", "generator big · steps 9", "generator small · steps 7",
                "generator small · steps 9",
            ])
        guard case .command(let words, _, _) = suite.generator(of: "generator small · steps 9") else {
            Issue.record("not a command")
            return
        }
        #expect(words[2...] == ["--steps=9", "fast"])
    }

    @Test func `another generator for the suite keeps what rows set`() throws {
        let world = try SuiteWorld()
        let suite = try world.suite(Self.two)
        let other = try suite.replacing(generator: .embedded(weights: "/w", steps: 20, guidance: nil))
        #expect(other.generator(of: "Vis") == .embedded(weights: "/w", steps: 20, guidance: nil))
        #expect(other.generator(of: "Vis 10") == .embedded(weights: "/w", steps: 10, guidance: 5))
        #expect(other.generator(of: "Vis small") == suite.generator(of: "Vis small"))
        let error = #expect(throws: BenchError.self) { try suite.replacing(generator: .recorded(folder: "/r")) }
        #expect(error?.sentence.hasPrefix("'Vis 10' sets steps, guidance of the suite's generator, which") == true)
    }

    @Test func `threads and devices are for suites that are timed`() throws {
        let text = SuiteWorld.small.replacing("{vis: 1}}", with: "{vis: 1}, generator: {devices: 2}}")
        #expect(
            try SuiteWorld().refusal(text).contains(
                "a.yaml:5: 'configurations[0].generator' sets 'devices', which cannot change a video"))
        let suite = try SuiteWorld().suite(text + "timing: {repeats: 5}\n")
        #expect(suite.devices(of: "Vis") == 2 && suite.generator(of: "Vis") == suite.generator)
    }

    @Test(arguments: [
        (
            "generator: {steps: 10, guidance: 5}", "generator: {stpes: 10}",
            "a.yaml:9: 'configurations[2].generator' has the unknown setting 'stpes'; the embedded generator has steps, guidance, weights; did you mean 'steps'?"
        ),
        (
            "generator: {steps: 10, guidance: 5}", "generator: {steps: 1.5}",
            "'configurations[2].generator.steps' is '1.5'"
        ),
        ("generator: {steps: 10, guidance: 5}", "generator: {weights: ../none}", "names none, which is not there"),
        ("generator: {steps: 10, guidance: 5}", "generator: {}", "has no setting; write one, as {steps: 10}"),
        (
            "generator: small", "generator: smal",
            "is 'smal'; the suite's generators are big, small; did you mean 'small'?"
        ),
        (
            "generators:", "generator: medium\ngenerators:",
            "'generator' is 'medium'; the suite's generators are big, small"
        ),
        (
            "generators:", "generator: small\ngenerators:",
            "the command has steps, mode; add it to the command's 'settings'"
        ),
        ("{steps: 5, mode: fast}", "{steps: 5}", ""),
        (
            "{steps: 5, mode: fast}", "{speed: 5}",
            "has the setting 'speed', which no word asks for; write {speed} among the words"
        ),
        ("{steps: 5, mode: fast}", "{out: 5}", "has the setting 'out'; a setting's name has small letters only"),
        ("{steps: 5, mode: fast}", "{steps: \"{out}\"}", "has no '{' and no '}'"),
        ("{steps: 5, mode: fast}", "{}", "write what the command is given by default, as {steps: 35}"),
    ])
    func `an override that the generator does not know is refused`(
        text: String, replacement: String, sentence: String
    ) throws {
        let found = try SuiteWorld().refusal(Self.two.replacing(text, with: replacement))
        #expect(sentence.isEmpty ? found.isEmpty : found.contains(sentence), "\(found)")
    }
}
