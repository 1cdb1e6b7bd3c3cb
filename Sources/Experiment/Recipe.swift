/// What a video was made from, in parts that a person knows: program and files, settings, the clip's files, weights, prompt,
/// seed. Identities tell that something differs, recipes tell what.
public struct Recipe: Sendable, Equatable {
    public struct Part: Sendable, Equatable, Codable {
        /// What a sentence calls it, as "tools/keep.sh" or "steps".
        public let name: String
        public let value: String
        /// Whether the value is the hash of something that says nothing to a person.
        public let isContents: Bool

        public init(name: String, value: String, isContents: Bool) {
            self.name = name
            self.value = value
            self.isContents = isContents
        }

        public static func contents(_ name: String, _ sha256: String) -> Part {
            Part(name: name, value: sha256, isContents: true)
        }

        public static func setting(_ name: String, _ value: String) -> Part {
            Part(name: name, value: value, isContents: false)
        }
    }

    /// What the file that a recorded video is taken from is called.
    public static let recordingName = "the recording"

    /// What all videos of the generator have in common.
    public let generator: [Part]
    /// What is the trial's own.
    public let trial: [Part]

    public init(generator: [Part], trial: [Part]) {
        self.generator = generator
        self.trial = trial
    }

    private var parts: [Part] { generator + trial }

    /// What happened to an older recipe until it became this one, as "tools/keep.sh was added"; empty where nothing did. What
    /// has another name and the same contents is the same.
    public func changes(since old: Recipe) -> [String] {
        let (mine, theirs) = (Self.byName(parts), Self.byName(old.parts))
        let (kept, known) = (Set(parts.map(\.value)), Set(old.parts.map(\.value)))
        let names = old.parts.map(\.name) + parts.map(\.name)
        return names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element).compactMap { name in
            switch (theirs[name], mine[name]) {
            case (let before?, let after?) where before == after: nil
            case (let before?, let after?):
                before.contains(where: \.isContents)
                    ? "\(name) was changed" : "\(name) was \(Self.shown(before)) and is \(Self.shown(after))"
            case (nil, let after?):
                after.allSatisfy { $0.isContents && known.contains($0.value) } ? nil : "\(name) was added"
            case (let before?, nil):
                before.allSatisfy { $0.isContents && kept.contains($0.value) } ? nil : "\(name) was removed"
            case (nil, nil): nil
            }
        }
    }

    /// A file may be named twice, as the program and in its folder.
    private static func byName(_ parts: [Part]) -> [String: [Part]] {
        parts.reduce(into: [:]) { found, part in
            if found[part.name]?.contains(part) != true { found[part.name, default: []].append(part) }
        }
    }

    private static func shown(_ parts: [Part]) -> String {
        let text = plainText(parts.map(\.value).joined(separator: " "))
        if text.isEmpty { return "nothing" }
        return !text.contains(" ") ? text : text.count > 60 ? "'\(text.prefix(58))…'" : "'\(text)'"
    }
}
