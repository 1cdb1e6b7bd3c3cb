public import Tensors
public import Video

/// What a video is going to be, as the videos that it is made from say before any work: its size, its length, and what is
/// cut, stretched or filled up on the way.
public struct VideoOutline: Sendable {
    /// A video that another one is made from.
    public struct Source: Sendable {
        /// As a sentence calls it: "the input video".
        let name: String
        let facts: Facts

        public init(_ name: String, _ facts: Facts) { (self.name, self.facts) = (name, facts) }
    }

    /// What is seen of a video by decoding it.
    public struct Facts: Sendable {
        let size: FrameSize
        /// Frames, counted to one above the most that are read.
        let frames: Int
        /// What its reader had to say of damage, changes of size and the like.
        let warnings: [String]

        init(size: FrameSize, frames: Int, warnings: [String] = []) {
            (self.size, self.frames, self.warnings) = (size, frames, warnings)
        }

        /// - Throws: `FileError` when it cannot be read, or there is nothing in it.
        public init(of path: String) throws(FileError) {
            let survey = try FrameSurvey(of: path, limit: VideoOutline.mostFrames + 1)
            self.init(size: survey.size, frames: survey.frames, warnings: survey.warnings)
        }
    }

    /// The official pipeline reads no more frames than this.
    public static let mostFrames = 5000

    /// The size that the model works at.
    public let size: FrameSize
    /// Frames of the result.
    public let frames: Int
    /// Frames that the shortest source has: what weight maps are stretched over.
    public let sourceFrames: Int
    /// What a person should know.
    public let notes: [String]

    /// - Parameters:
    ///   - sources: the control videos in their order, then the input video: the first one sets the size.
    ///   - size: in place of the sources'.
    ///   - frames: of the result at most; nil for as many as the shortest source has.
    ///   - clipFrames: of one clip; nil for the model's.
    public init(
        of sources: [Source], model: ModelConfiguration, size: FrameSize? = nil, frames: Int? = nil,
        clipFrames: Int? = nil
    ) {
        precondition(!sources.isEmpty)
        self.size = size ?? WorkingSize.of(sources[0].facts.size, model: model)
        let whole = sources.map(\.facts.frames).min() ?? 0
        sourceFrames = min(whole, Self.mostFrames)
        self.frames = min(frames ?? sourceFrames, sourceFrames)
        let warnings = sources.flatMap(\.facts.warnings)
        notes =
            warnings.enumerated().filter { warnings.firstIndex(of: $1) == $0 }.map(\.element)
            + Self.stretched(sources, to: self.size) + Self.missing(sources, self.frames, of: frames)
            + Self.cut(sources, to: self.frames, limit: frames)
            + Self.filled(self.frames, clipFrames: clipFrames ?? model.clip.frames)
    }

    private static func stretched(_ sources: [Source], to size: FrameSize) -> [String] {
        let reason = size == sources[0].facts.size ? "the shape of \(sources[0].name)" : "another shape"
        return sources.filter { $0.facts.size.width * size.height != $0.facts.size.height * size.width }.map {
            "\($0.name) is \($0.facts.size) and is stretched to \(size), \(reason)"
        }
    }

    private static func missing(_ sources: [Source], _ frames: Int, of asked: Int?) -> [String] {
        guard let asked, asked > frames, let shortest = sources.first(where: { $0.facts.frames >= frames }) else {
            return []
        }
        return [
            "\(count(asked)) were asked for, and \(shortest.name) has \(shortest.facts.frames): the result has \(frames)"
        ]
    }

    private static func cut(_ sources: [Source], to frames: Int, limit: Int?) -> [String] {
        guard limit.map({ frames < $0 }) ?? true else { return [] }  // as long as was asked for
        var notes: [String] = []
        if let shortest = sources.first(where: { $0.facts.frames == frames }),
            let longest = sources.max(by: { $0.facts.frames < $1.facts.frames }), longest.facts.frames > frames
        {
            let length = longest.facts.frames > mostFrames ? "more than \(mostFrames)" : "\(longest.facts.frames)"
            notes.append(
                "\(shortest.name) ends after \(count(frames)), and \(longest.name) has \(length): the rest is left out")
        } else if sources.allSatisfy({ $0.facts.frames > mostFrames }) {
            notes.append("\(sources[0].name) has more than \(mostFrames) frames: the rest is left out")
        }
        return notes
    }

    private static func filled(_ frames: Int, clipFrames: Int) -> [String] {
        let clips = VideoGenerator.clips(frames: frames, clipFrames: clipFrames)
        guard clipFrames > 1, clips * (clipFrames - 1) + 1 > frames else { return [] }
        return [
            "\(count(frames)) do not fill \(clips == 1 ? "a clip" : "\(clips) clips") of \(clipFrames): the last frame is "
                + "repeated to the end, and what is made of that is cut off"
        ]
    }

    private static func count(_ frames: Int) -> String { "\(frames) frame\(frames == 1 ? "" : "s")" }
}
