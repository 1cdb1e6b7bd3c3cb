internal import Tensors

/// What one clip carries from chunk to chunk on its way through the tokenizer: the frames that later frames look back at.
///
/// Frames run through each layer one by one and look back only, so cutting a clip into chunks anywhere gives the same bits.
final class TokenizerPass {
    let pool: WorkerPool
    let store = FrameStore()
    /// Whether no frames come after this chunk, so that none need be kept.
    var isLast = false
    /// The last frames that came to a layer, by the layer's name.
    private var past: [String: [FeatureFrame]] = [:]

    init(pool: WorkerPool) { self.pool = pool }

    func frame(like frame: FeatureFrame, channels: Int? = nil) -> FeatureFrame {
        FeatureFrame(height: frame.height, width: frame.width, channels: channels ?? frame.channels, in: store)
    }

    /// Hands out what `keep` left under this name.
    func recall(_ name: String) -> [FeatureFrame] { past.removeValue(forKey: name) ?? [] }

    /// Whether frames of this clip came to the layer before.
    func remembers(_ name: String) -> Bool { past[name] != nil }

    func keep(_ frames: [FeatureFrame], for name: String) {
        if !isLast { past[name] = frames }
    }
}
