public import Experiment
internal import Foundation
internal import Tensors

/// The phrases that are foreground in a clip: SalientObject, as a person lists them or as a vision-language model wrote
/// them down.
public struct SalientPhrases: Sendable, Equatable {
    /// As they were given, without those that say the same as an earlier one.
    public let phrases: [String]

    public init(_ phrases: [String]) {
        var seen: Set<String> = []
        self.phrases = phrases.filter { !normalised($0).isEmpty && seen.insert(normalised($0)).inserted }
    }

    /// - Parameter list: phrases between commas, as on the command line: "robot arm, cup".
    public init(list: String) {
        self.init(
            list.split(separator: ",").map {
                String($0).trimmingCharacters(in: .whitespacesAndNewlines)
            })
    }

    /// Reads a clip's phrases.
    /// - Parameters:
    ///   - path: a JSON file of lists by clip, {"task_0000": ["robot arm", "cup"]}; a file with one list, which then holds
    ///     for every clip; or a folder with a file `<clip>.json`, in which {"phrases": […]} is understood too.
    ///   - clip: the clip's id.
    /// - Throws: `BenchError` 65, when there is no such list.
    public init(path: String, clip: String) throws(BenchError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw BenchError(.unusableInput, "\(path) does not exist; it should list the foreground's phrases")
        }
        guard !isFolder.boolValue || !clip.contains("/") else {
            throw BenchError(.unusableInput, "'\(clip)' cannot be a file in \(path); name the clip without a folder")
        }
        let own = isFolder.boolValue ? FolderListing(path).paths(clip, ["json"]).first ?? "\(path)/\(clip).json" : nil
        let file = own ?? path
        let json: JSON
        do throws(FileError) { json = try JSON(path: file) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        let list: JSON?
        switch json {
        case .array: list = json
        case .object: list = json[clip] ?? (isFolder.boolValue ? json["phrases"] : nil)
        default: list = nil
        }
        guard let list else {
            throw BenchError(
                .unusableInput,
                "\(file) has no list of phrases for the clip '\(clip)'; add \"\(clip)\": [\"robot arm\"]")
        }
        guard case .array(let items) = list else {
            throw BenchError(.unusableInput, "\(file): '\(clip)' is \(list.kind), where a list of phrases is needed")
        }
        var phrases: [String] = []
        for item in items {
            guard case .string(let phrase) = item else {
                throw BenchError(.unusableInput, "\(file): '\(clip)' holds \(item.kind), where phrases are needed")
            }
            phrases.append(phrase)
        }
        self.init(phrases)
    }

    /// Finds the labels whose phrase is one of these.
    ///
    /// Phrases are the same when they are equal in lower case, without an article before them, without marks around them
    /// and with single spaces.
    /// - Parameter names: what each label is called; label 1 is the first.
    public func labels(among names: [String]) -> (labels: Set<UInt8>, unmatched: [String]) {
        let wanted = Set(phrases.map(normalised))
        let found = names.indices.prefix(255).filter { wanted.contains(normalised(names[$0])) }
        let present = Set(found.map { normalised(names[$0]) })
        return (Set(found.map { UInt8($0 + 1) }), phrases.filter { !present.contains(normalised($0)) })
    }

    /// Of the phrases, in whatever order.
    public var identity: Identity { Identity(of: ["salient phrases"] + phrases.map(normalised).sorted()) }

    /// What to ask a vision-language model, with the clip's first frame or the whole clip, for a file that `init(path:clip:)`
    /// reads. `{phrases}` stands for the phrases that were segmented, one a line, `{clip}` for the clip's id.
    public static let prompt = """
        You see a video, and below a list of phrases; each phrase names things that were outlined in the video.
        Choose the phrases that name the foreground: the robot, vehicle, person or tool that acts, and the objects that it \
        touches, carries or is about to use. Leave out the surroundings: floors, walls, tables, roads, sky, buildings, plants, \
        and anything that only stands by.
        Copy the chosen phrases exactly as they stand in the list; add none and change none. If nothing in the video acts, \
        choose the one thing that it is about.
        Answer with one line of JSON and nothing else: {"{clip}": ["first phrase", "second phrase"]}

        Phrases:
        {phrases}
        """

    /// The prompt for one clip.
    public static func prompt(clip: String, phrases: [String]) -> String {
        prompt.replacing("{clip}", with: clip)
            .replacing("{phrases}", with: SalientPhrases(phrases).phrases.joined(separator: "\n"))
    }
}

/// A phrase as it is compared with others.
private func normalised(_ phrase: String) -> String {
    let marks = CharacterSet.punctuationCharacters.union(.whitespacesAndNewlines)
    var words = phrase.lowercased().trimmingCharacters(in: marks).split(whereSeparator: \.isWhitespace)
    if words.count > 1, ["a", "an", "the"].contains(words[0]) { words.removeFirst() }
    return words.joined(separator: " ")
}
