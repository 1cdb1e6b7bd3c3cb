/// A reference video with its captions and controls.
public struct Clip: Sendable, Equatable {
    /// Its id in the dataset, as "task_0001".
    public let name: String
    public let caption: String
    public let video: Artifact

    public init(name: String, caption: String, video: Artifact) {
        self.name = name
        self.caption = caption
        self.video = video
    }

    public var identity: Identity { Identity(of: ["clip", name, video.sha256, caption]) }
}

/// One set of control weights: a row of a table. A recorded configuration is known by name alone.
public struct Configuration: Sendable, Equatable {
    public let name: String

    public init(name: String) { self.name = name }
}

/// One video to score: configuration x clip x prompt.
public struct Trial: Sendable, Equatable {
    public let configuration: Configuration
    public let clip: Clip
    /// Which of the clip's captions the video was made from: "" for its own, else the variant's name.
    public let prompt: String
    public let video: Artifact

    public init(configuration: Configuration, clip: Clip, prompt: String, video: Artifact) {
        self.configuration = configuration
        self.clip = clip
        self.prompt = prompt
        self.video = video
    }

    /// Everything that can change the pixels: for a recorded video, its bytes.
    public var identity: Identity {
        Identity(of: ["recorded", configuration.name, clip.identity.hex, prompt, video.sha256])
    }
}

/// All videos of one clip in one configuration, one a prompt: what diversity is a property of.
public struct Condition: Sendable, Equatable {
    public let configuration: Configuration
    public let clip: Clip
    /// In the order of their prompts.
    public let videos: [Artifact]

    public init(configuration: Configuration, clip: Clip, videos: [Artifact]) {
        self.configuration = configuration
        self.clip = clip
        self.videos = videos
    }

    public var identity: Identity {
        Identity(of: ["condition", configuration.name, clip.identity.hex] + videos.map(\.sha256))
    }
}

/// A file that a score stands on.
public struct Artifact: Sendable, Equatable {
    public let path: String
    public let bytes: Int
    public let sha256: String

    public init(path: String, bytes: Int, sha256: String) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}
