internal import Synchronization
internal import Video

/// Keeps small pictures of the first, middle and last frame.
final class PreviewSampler: Sendable {
    private let wanted: Set<Int>
    private let taken = Mutex<[Int: [UInt8]]>([:])

    init(frames: Int) { wanted = [0, (max(1, frames) - 1) / 2, max(1, frames) - 1] }

    func offer(_ frame: Frame, index: Int) {
        guard wanted.contains(index) else { return }
        let jpeg = frame.thumbnail(width: 240)
        taken.withLock { $0[index] = jpeg }
    }

    var previews: [Preview] {
        taken.withLock { all in all.sorted { $0.key < $1.key }.map { Preview(frame: $0.key, jpeg: $0.value) } }
    }
}
