import Foundation
import Testing
import Yams

/// A value of a JSON or YAML document.
indirect enum DocumentValue: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([DocumentValue])
    case map([String: DocumentValue])

    /// As YAML's core schema reads it: 0.5 is a number, "0.5" and 1/3 are texts.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .map(
                Dictionary(mapping.map { ($0.key.scalar?.string ?? "", DocumentValue($0.value)) }) { first, _ in first }
            )
        case .sequence(let sequence): self = .list(sequence.map { DocumentValue($0) })
        case .scalar(let scalar) where scalar.style == .plain:
            switch scalar.string {
            case "", "~", "null": self = .null
            case "true": self = .bool(true)
            case "false": self = .bool(false)
            case let text:
                let number = text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil
                self = number ? .number(Double(text) ?? .nan) : .text(text)
            }
        case .scalar(let scalar): self = .text(scalar.string)
        case .alias: self = .null
        }
    }

    /// A JSON file: its flow style is YAML's.
    static func json(_ path: String) throws -> DocumentValue {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return DocumentValue(try #require(try compose(yaml: text)))
    }

    subscript(key: String) -> DocumentValue? { if case .map(let members) = self { members[key] } else { nil } }

    var texts: [String] {
        guard case .list(let items) = self else { return [] }
        return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// In JSON, which is YAML too; scalars that were written plain stay so.
    var flow: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .text(let text): "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
        case .map(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value.flow)" }.joined(separator: ", ")
                + "}"
        }
    }
}

/// The part of JSON Schema (draft 2020-12) that the schema of suites uses; anything else in a schema is a fault.
struct SchemaValidator {
    let root: DocumentValue

    /// What is wrong with a value; empty where nothing is.
    func faults(_ value: DocumentValue, _ schema: DocumentValue? = nil, at place: String = "") -> [String] {
        guard case .map(let rules) = schema ?? root else { return ["\(place): the schema is no object"] }
        return rules.sorted { $0.key < $1.key }.flatMap { rule, wanted in
            faults(of: rule, wanted, rules, value).map { "\(place): \($0)" }
                + nested(rule, wanted, rules, value, at: place)
        }
    }

    /// The schema that a reference stands for.
    func resolved(_ schema: DocumentValue) -> DocumentValue {
        guard case .text(let reference) = schema["$ref"], let name = reference.split(separator: "/").last,
            let found = root["$defs"]?[String(name)]
        else { return schema }
        return found
    }

    private func nested(
        _ rule: String, _ wanted: DocumentValue, _ rules: [String: DocumentValue], _ value: DocumentValue,
        at place: String
    ) -> [String] {
        switch (rule, value, wanted) {
        case ("$ref", _, _): faults(value, resolved(.map(["$ref": wanted])), at: place)
        case ("properties", .map(let members), _):
            members.flatMap { name, member in
                wanted[name].map { faults(member, $0, at: "\(place)/\(name)") } ?? []
            }
        case ("additionalProperties", .map(let members), .map):
            members.flatMap { name, member in
                rules["properties"]?[name] == nil ? faults(member, wanted, at: "\(place)/\(name)") : []
            }
        case ("items", .list(let items), _):
            items.enumerated().flatMap { faults($1, wanted, at: "\(place)/\($0)") }
        case ("allOf", _, .list(let all)): all.flatMap { faults(value, $0, at: place) }
        default: []
        }
    }

    private func faults(
        of rule: String, _ wanted: DocumentValue, _ rules: [String: DocumentValue], _ value: DocumentValue
    ) -> [String] {
        func fault(_ isFine: Bool) -> [String] {
            isFine ? [] : ["\(rule) \(wanted.flow) does not hold of \(value.flow)"]
        }
        func count(_ schemas: DocumentValue) -> Int {
            guard case .list(let schemas) = schemas else { return 0 }
            return schemas.count { faults(value, $0).isEmpty }
        }
        switch (rule, value, wanted) {
        case ("type", _, .text(let type)): return fault(Self.isOf(type, value))
        case ("type", _, .list): return fault(wanted.texts.contains { Self.isOf($0, value) })
        case ("enum", _, .list(let values)): return fault(values.contains(value))
        case ("anyOf", _, _): return fault(count(wanted) > 0)
        case ("oneOf", _, _): return fault(count(wanted) == 1)
        case ("required", .map(let members), _): return fault(wanted.texts.allSatisfy { members[$0] != nil })
        case ("additionalProperties", .map(let members), .bool(false)):
            return fault(members.keys.allSatisfy { rules["properties"]?[$0] != nil })
        case ("propertyNames", .map(let members), _):
            return members.keys.flatMap { faults(.text($0), wanted, at: "a key") }
        case ("minProperties", .map(let members), .number(let least)): return fault(Double(members.count) >= least)
        case ("maxProperties", .map(let members), .number(let most)): return fault(Double(members.count) <= most)
        case ("minItems", .list(let items), .number(let least)): return fault(Double(items.count) >= least)
        case ("uniqueItems", .list(let items), _): return fault(Set(items.map(\.flow)).count == items.count)
        case ("minLength", .text(let text), .number(let least)): return fault(Double(text.count) >= least)
        case ("pattern", .text(let text), .text(let pattern)):
            return fault((try? Regex(pattern).firstMatch(in: text)) != nil)
        case ("minimum", .number(let number), .number(let least)): return fault(number >= least)
        case ("maximum", .number(let number), .number(let most)): return fault(number <= most)
        case ("exclusiveMinimum", .number(let number), .number(let least)): return fault(number > least)
        case ("exclusiveMaximum", .number(let number), .number(let most)): return fault(number < most)
        default: return Self.known.contains(rule) ? [] : ["the schema has the unknown rule \(rule)"]
        }
    }

    private static let known: Set = [
        "$schema", "$defs", "$ref", "title", "description", "type", "enum", "anyOf", "oneOf", "allOf", "properties",
        "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties", "items", "minItems",
        "uniqueItems", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    ]

    private static func isOf(_ type: String, _ value: DocumentValue) -> Bool {
        switch (type, value) {
        case ("string", .text), ("number", .number), ("boolean", .bool), ("array", .list), ("object", .map),
            ("null", .null):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
