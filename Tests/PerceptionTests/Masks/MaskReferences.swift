import Foundation
import Tensors
import TestSupport
import Video

@testable import Perception

/// What make_masks.py computed.
enum MaskReferences {
    static let folder = Places.references + "/perception/masks"

    static func json<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }

    static func tensors(_ name: String) throws -> [String: StoredTensor] {
        try TensorFile.read(path: folder + "/" + name)
    }

    static let size = FrameSize(width: 128, height: 128)
    static let scene = GoldenScene(20, 128, 128, seed: 3, shift: 1, noise: 10)
    static let caption = "the robot arm picks up a red cup . on the wooden table. a lamp"
}

/// A golden scene as a video.
final class SceneReader: FrameReader {
    let path = "scene"
    let size: FrameSize
    let rate = 0.0
    let declaredFrames: Int?
    var expectedFrames: Int? { declaredFrames }
    let tags: PictureTags? = nil
    let warnings: [String] = []
    private let scene: GoldenScene
    private let frames: Int
    private var given = 0

    init(_ scene: GoldenScene, frames: Int, declares: Bool = true) {
        self.scene = scene
        self.frames = frames
        size = FrameSize(width: scene.width, height: scene.height)
        declaredFrames = declares ? frames : nil
    }

    func next() throws(FileError) -> Frame? {
        guard given < frames else { return nil }
        given += 1
        return scene.frame(given - 1)
    }
}
