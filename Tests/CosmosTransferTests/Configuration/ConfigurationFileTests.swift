import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct ConfigurationFileTests {
    private let folder = TemporaryFolder()

    private static let matrix = "[\((0..<16).map { "[\($0), 0.5]" }.joined(separator: ","))]"
    private static let deviations = "[\((0..<16).map { _ in "[1, 0.5]" }.joined(separator: ","))]"

    /// Every key that there is.
    static let complete = """
        {"dit":{"D":48,"heads":2,"blocks":3,"mlp_ratio":3,"lora_rank":8,"text_dim":64,"latent_channels":16,
        "cond_mask":false,"patch":[1,2,2],"max_hw":[32,34],"max_t":16,"rope_ratio_t":2.5,"rope_ratio_h":1.5,
        "rope_ratio_w":1.25,"base_fps":25},
        "ctrl":{"blocks":2,"hint_channels":17,"hint_widths":[17,18,19,20,21,22,23],
        "rope_ratio_t":1.1,"rope_ratio_h":1.2,"rope_ratio_w":1.3,"names":["vis","edge","depth"]},
        "tokenizer":{"channels":8,"multipliers":[1,2,3],"patch":4,"res_blocks":1,"latent_channels":16,"z_channels":15,
        "spatial_compression":8,"temporal_compression":8,"mean":\(matrix),"std":\(deviations)},
        "text":{"d_model":64,"layers":2,"heads":4,"d_kv":15,"d_ff":128,"vocab":256,"tokens":31,"buckets":28,
        "max_distance":100},
        "sampler":{"n":34,"rho":6,"sigma_min":0.003,"sigma_max":71,"sigma_data":0.4,"guidance":0},
        "clip":{"frames":9,"h":64,"w":80,"fps":23.5}}
        """

    private func read(_ text: String) throws(BenchError) -> ModelConfiguration {
        let path = (try? folder.write(text, to: "config.json")) ?? ""
        return try ModelConfiguration(path: path)
    }

    @Test func `every key reaches its place`() throws {
        let configuration = try read(Self.complete)
        let dit = try #require(configuration.dit)
        #expect((dit.width, dit.heads, dit.blocks, dit.mlpRatio, dit.loraRank, dit.textWidth) == (48, 2, 3, 3, 8, 64))
        #expect(
            dit.latentChannels == 16 && !dit.hasConditionMask && dit.patch == [1, 2, 2] && dit.maxSize == [32, 34])
        #expect(dit.maxFrames == 16 && dit.ropeRatio == RopeRatio(t: 2.5, h: 1.5, w: 1.25) && dit.baseFPS == 25)
        let ctrl = try #require(configuration.ctrl)
        #expect(ctrl.blocks == 2 && ctrl.hintChannels == 17 && ctrl.ropeRatio == RopeRatio(t: 1.1, h: 1.2, w: 1.3))
        #expect(ctrl.names == ["vis", "edge", "depth"] && ctrl.hintWidths == [17, 18, 19, 20, 21, 22, 23])
        let tokenizer = try #require(configuration.tokenizer)
        #expect(tokenizer.channels == 8 && tokenizer.multipliers == [1, 2, 3] && tokenizer.patch == 4)
        #expect(tokenizer.resBlocks == 1 && tokenizer.latentChannels == 16 && tokenizer.zChannels == 15)
        #expect(tokenizer.spatialCompression == 8 && tokenizer.temporalCompression == 8)
        #expect(tokenizer.mean == (0..<16).map { [Float($0), 0.5] })
        #expect(tokenizer.std == (0..<16).map { _ in [1, 0.5] })
        let text = try #require(configuration.text)
        #expect((text.width, text.layers, text.heads, text.headWidth, text.hiddenWidth) == (64, 2, 4, 15, 128))
        #expect((text.vocabulary, text.tokens, text.buckets, text.maxDistance) == (256, 31, 28, 100))
        let sampler = configuration.sampler
        #expect((sampler.steps, sampler.rho, sampler.sigmaMin, sampler.sigmaMax) == (34, 6, 0.003, 71))
        #expect((sampler.sigmaData, sampler.guidance) == (0.4, 0))
        let clip = configuration.clip
        #expect((clip.frames, clip.height, clip.width, clip.fps) == (9, 64, 80, 23.5))
    }

    @Test func `absent sections stay away, absent keys have the 7B model's values`() throws {
        let empty = try read("{}")
        #expect(empty == ModelConfiguration())
        #expect(try read(#"{"dit":{},"ctrl":{}}"#) == ModelConfiguration(dit: .init(), ctrl: .init()))
        let tokenizer = try #require(try read(#"{"tokenizer":{"channels":8}}"#).tokenizer)
        #expect(tokenizer.multipliers == [2, 4, 4])
        #expect(tokenizer.mean.count == 16 && tokenizer.mean[0][0] == 0.11363 && tokenizer.mean[15][15] == -0.03885)
        #expect(tokenizer.std.count == 16 && tokenizer.std[0][0] == 0.567 && tokenizer.std[15][15] == 0.64915)
        #expect((tokenizer.mean + tokenizer.std).allSatisfy { $0.count == 16 })
    }

    /// An object with a key set to another JSON value.
    private static let faults: [(text: String, says: [String])] = [
        (#"{"dot":{}}"#, ["'dot'", "dit, ctrl"]), (#"{"dit":{"depth":3}}"#, ["'dit.depth'", "D, heads"]),
        (#"{"tokenizer":{"Channels":8}}"#, ["'tokenizer.Channels'"]), (#"{"dit":[]}"#, ["'dit'", "a list"]),
        ("[]", ["a list"]), (#"{"dit":{"D":"48"}}"#, ["'dit.D'", "a string"]),
        (#"{"dit":{"D":48.5}}"#, ["'dit.D'", "integer"]), (#"{"dit":{"D":0}}"#, ["'dit.D'", "0", "2 to 65536"]),
        (#"{"dit":{"D":-48}}"#, ["'dit.D'"]), (#"{"dit":{"D":9223372036854775807}}"#, ["'dit.D'"]),
        (#"{"dit":{"D":48,"heads":5}}"#, ["'dit.heads'", "5", "48"]),
        (#"{"dit":{"D":48,"heads":16}}"#, ["'dit.heads'", "even"]),
        (#"{"dit":{"D":48}}"#, ["'dit.heads'", "32"]),
        (#"{"dit":{"cond_mask":1}}"#, ["'dit.cond_mask'", "true or false"]),
        (#"{"dit":{"patch":[1,2]}}"#, ["'dit.patch'", "2 values; 3"]),
        (#"{"dit":{"patch":[1,2,0]}}"#, ["'dit.patch[2]'"]),
        (#"{"dit":{"patch":2}}"#, ["'dit.patch'", "list"]), (#"{"dit":{"max_hw":[32,33]}}"#, ["'dit.max_hw'", "33"]),
        (#"{"dit":{"patch":[2,2,2]}}"#, ["'dit.patch[0]'", "is 2; it must be 1"]),
        (#"{"dit":{"rope_ratio_t":0}}"#, ["'dit.rope_ratio_t'", "above 0"]),
        (#"{"dit":{"base_fps":null}}"#, ["'dit.base_fps'", "null"]), (#"{"ctrl":{}}"#, ["'ctrl'", "'dit'"]),
        (#"{"dit":{},"ctrl":{"blocks":29}}"#, ["'ctrl.blocks'", "28"]),
        (#"{"dit":{},"ctrl":{"hint_channels":8}}"#, ["'ctrl.hint_channels'", "16"]),
        (#"{"dit":{},"ctrl":{"names":["vis","pose"]}}"#, ["'ctrl.names[1]'", "'pose'", "keypoint"]),
        (#"{"dit":{},"ctrl":{"names":["vis","vis"]}}"#, ["'ctrl.names[1]'", "second time"]),
        (#"{"dit":{},"ctrl":{"names":[1]}}"#, ["'ctrl.names[0]'"]),
        (#"{"tokenizer":{"patch":3}}"#, ["'tokenizer.patch'", "power of two"]),
        // Three levels after patches of 2 halve twice on the way in, but double once on the way out.
        (#"{"tokenizer":{"patch":2}}"#, ["'tokenizer.spatial_compression'", "3 levels"]),
        (#"{"tokenizer":{"spatial_compression":2}}"#, ["'tokenizer.spatial_compression'"]),
        (#"{"tokenizer":{"temporal_compression":12}}"#, ["'tokenizer.temporal_compression'"]),
        (#"{"tokenizer":{"spatial_compression":32}}"#, ["'tokenizer.spatial_compression'", "3 levels"]),
        (#"{"tokenizer":{"multipliers":[]}}"#, ["'tokenizer.multipliers'", "1 to 8"]),
        (#"{"tokenizer":{"mean":[[1]]}}"#, ["'tokenizer.std'", "missing"]),
        (#"{"tokenizer":{"mean":[[1]],"std":[[1]]}}"#, ["'tokenizer.mean'", "16 latent channels"]),
        (#"{"tokenizer":{"latent_channels":2,"mean":[[1],[2]],"std":[[1],[0]]}}"#, ["'tokenizer.std'", "above 0"]),
        (#"{"tokenizer":{"latent_channels":2,"mean":[[1],[2]],"std":[[1,1],[1,1]]}}"#, ["'tokenizer.std'"]),
        (#"{"tokenizer":{"mean":[[1],[2,3]],"std":[[1]]}}"#, ["'tokenizer.mean[1]'"]),
        (#"{"tokenizer":{"mean":[["x"]],"std":[[1]]}}"#, ["'tokenizer.mean[0][0]'"]),
        (#"{"tokenizer":{"mean":[[1e300]],"std":[[1]]}}"#, ["'tokenizer.mean[0][0]'"]),
        (#"{"tokenizer":{"mean":[],"std":[]}}"#, ["'tokenizer.mean'", "empty"]),
        (#"{"tokenizer":{"mean":[[]],"std":[[]]}}"#, ["'tokenizer.mean[0]'"]),
        (#"{"tokenizer":{"latent_channels":8}}"#, ["'tokenizer.mean'", "16"]),
        (#"{"text":{"buckets":30}}"#, ["'text.buckets'"]), (#"{"text":{"max_distance":8}}"#, ["'text.max_distance'"]),
        (#"{"dit":{},"text":{"d_model":512}}"#, ["'dit.text_dim'", "'text.d_model'", "512"]),
        (#"{"dit":{"latent_channels":8},"tokenizer":{}}"#, ["'dit.latent_channels'", "'tokenizer.latent_channels'"]),
        (#"{"sampler":{"sigma_min":70}}"#, ["'sampler.sigma_min'"]),
        (#"{"sampler":{"guidance":-1}}"#, ["'sampler.guidance'"]),
        (#"{"tokenizer":{},"clip":{"frames":120}}"#, ["'clip.frames'", "multiple of 8"]),
        (#"{"tokenizer":{},"dit":{},"clip":{"h":712}}"#, ["'clip.h'", "multiple of 16"]),
        (#"{"tokenizer":{},"dit":{},"clip":{"w":1936}}"#, ["'clip.w'", "max_hw"]),
        (#"{"tokenizer":{},"dit":{"max_t":8},"clip":{}}"#, ["'clip.frames'", "max_t"]),
        (#"{"dit":{"D":48,"D":96}}"#, ["'D' twice"]), (#"{"dit":{"D":48}"#, ["not valid JSON"]), ("", ["JSON"]),
    ]

    @Test(arguments: faults) func `what does not fit is named by file and key`(_ text: String, _ says: [String]) throws
    {
        let error = #expect(throws: BenchError.self) { try read(text) }
        #expect(error?.code == .unusableInput)
        for part in says + ["config.json"] {
            #expect(error?.sentence.contains(part) == true, "\(error?.sentence ?? "")")
        }
    }

    @Test func `a file that is not there is an error`() {
        #expect(throws: BenchError.self) { try ModelConfiguration(path: folder.file("absent.json")) }
    }

    @Test func `damaged configurations are read or refused, never more`() {
        var random = SeededRandom(8)
        let text = Array(Self.complete.utf8)
        for _ in 0..<1000 {
            guard let path = try? folder.write(random.damaged(text), to: "damaged.json") else { continue }
            guard let configuration = try? ModelConfiguration(path: path) else { continue }
            _ = configuration.dit?.baseTensors()
        }
    }
}

/// The published schema and the reader name the same keys, with the same bounds and defaults.
@Suite struct ConfigurationSchemaTests {
    /// What schema and reader say about one key.
    private struct Entry: Equatable {
        var type: String
        var minimum: Double?
        var maximum: Double?
        var isOpen = false
        var counts: [Int] = []
        var first: Int?
        var names: [String] = []
    }

    private func entries<S>(_ section: String, _ fields: [ConfigurationField<S>]) -> [String: Entry] {
        Dictionary(
            uniqueKeysWithValues: fields.map { field in
                let entry: Entry
                switch field.kind {
                case .integer(_, let range):
                    entry = Entry(type: "integer", minimum: Double(range.lowerBound), maximum: Double(range.upperBound))
                case .number(_, .above(let bound)): entry = Entry(type: "number", minimum: bound, isOpen: true)
                case .number(_, .atLeast(let bound)): entry = Entry(type: "number", minimum: bound)
                case .boolean: entry = Entry(type: "boolean")
                case .integers(_, let count, let range, let first):
                    entry = Entry(
                        type: "array", minimum: Double(range.lowerBound), maximum: Double(range.upperBound),
                        counts: [count.lowerBound, count.upperBound], first: first)
                case .names(_, let known): entry = Entry(type: "array", names: known)
                case .matrix: entry = Entry(type: "array", counts: [1])
                }
                return ("\(section).\(field.key)", entry)
            })
    }

    private func number(_ value: JSON?) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    private func entry(_ schema: JSON) throws -> Entry {
        guard case .string(let type) = schema["type"] else { return Entry(type: "") }
        let bounds = type == "array" ? schema["items"] ?? .null : schema
        let open = number(bounds["exclusiveMinimum"])
        var names: [String] = []
        if case .array(let values) = bounds["enum"] {
            names = values.map { if case .string(let name) = $0 { name } else { "" } }
        }
        let counts = ["minItems", "maxItems"].compactMap { number(schema[$0]).map { Int($0) } }
        var first: Int?
        if case .array(let values) = schema["prefixItems"], case .integer(let value) = values.first?["const"] {
            first = value
        }
        return Entry(
            type: type, minimum: open ?? number(bounds["minimum"]), maximum: number(bounds["maximum"]),
            isOpen: open != nil, counts: counts, first: first, names: names)
    }

    @Test func `the schema's keys and bounds are the reader's`() throws {
        let schema = try JSON(path: Places.repository.appendingPathComponent("Fixtures/config.schema.json").path)
        guard case .object(let sections) = schema["properties"] else {
            Issue.record("the schema has no properties")
            return
        }
        #expect(sections.map(\.key) == ModelConfiguration.sections)
        #expect(schema["additionalProperties"] == .bool(false))
        var published: [String: Entry] = [:]
        var defaults: [JSON.Member] = []
        for section in sections {
            #expect(section.value["additionalProperties"] == .bool(false))
            guard case .object(let keys) = section.value["properties"] else {
                Issue.record("\(section.key) has no properties")
                continue
            }
            for key in keys { published["\(section.key).\(key.key)"] = try entry(key.value) }
            let values = keys.compactMap { key in key.value["default"].map { JSON.Member(key: key.key, value: $0) } }
            defaults.append(JSON.Member(key: section.key, value: .object(values)))
        }
        var read = entries("dit", TransformerConfiguration.fields)
        read.merge(entries("ctrl", ControlConfiguration.fields)) { $1 }
        read.merge(entries("tokenizer", TokenizerConfiguration.fields)) { $1 }
        read.merge(entries("text", TextConfiguration.fields)) { $1 }
        read.merge(entries("sampler", SamplerConfiguration.fields)) { $1 }
        read.merge(entries("clip", ClipConfiguration.fields)) { $1 }
        #expect(published == read)

        let reader = try ConfigurationReader(.object(defaults), file: "defaults")
        func section<S: Equatable>(_ key: String, _ fields: [ConfigurationField<S>], _ value: S, from other: S) throws {
            #expect(try reader.section(key, fields, over: other) == value)
        }
        try section("dit", TransformerConfiguration.fields, .init(), from: Self.otherTransformer)
        try section("ctrl", ControlConfiguration.fields, .init(), from: .init())
        try section("tokenizer", TokenizerConfiguration.fields, .init(), from: .init())
        try section("text", TextConfiguration.fields, .init(), from: .init())
        try section("sampler", SamplerConfiguration.fields, .init(), from: .init())
        try section("clip", ClipConfiguration.fields, .init(), from: .init())
    }

    /// Differs from the defaults in every key, so that a default that is not published shows.
    private static let otherTransformer: TransformerConfiguration = {
        var dit = TransformerConfiguration()
        (dit.width, dit.heads, dit.blocks, dit.mlpRatio, dit.loraRank, dit.textWidth) = (2, 1, 1, 1, 1, 1)
        (dit.latentChannels, dit.hasConditionMask, dit.patch, dit.maxSize, dit.maxFrames) = (1, false, [1], [1], 1)
        (dit.ropeRatio, dit.baseFPS) = (RopeRatio(t: 9, h: 9, w: 9), 9)
        return dit
    }()
}
