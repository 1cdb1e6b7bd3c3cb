internal import Synchronization
internal import Tensors

/// Working memory that is used again: fresh pages from the system cost as much as a pass over them.
final class FrameStore: Sendable {
    /// Buffers of one size that nobody holds.
    private struct Shelf {
        var buffers: [FloatBuffer] = []
        /// The fewest that lay here since the last sweep: what the work between did not need.
        var spare = 0
    }
    private let shelves = Mutex<[Int: Shelf]>([:])

    func borrow(_ count: Int) -> BorrowedBuffer {
        let idle = shelves.withLock { shelves -> FloatBuffer? in
            guard var shelf = shelves[count] else { return nil }
            let buffer = shelf.buffers.popLast()
            shelf.spare = min(shelf.spare, shelf.buffers.count)
            shelves[count] = shelf
            return buffer
        }
        return BorrowedBuffer(idle ?? FloatBuffer(count: count), of: self)
    }

    fileprivate func take(_ buffer: FloatBuffer) {
        shelves.withLock { $0[buffer.count, default: Shelf()].buffers.append(buffer) }
    }

    /// Frees what was idle all the time since the last sweep.
    func sweep() {
        shelves.withLock { shelves in
            shelves = shelves.mapValues { shelf in
                let kept = Array(shelf.buffers.dropFirst(shelf.spare))
                return Shelf(buffers: kept, spare: kept.count)
            }
        }
    }
}

/// Memory from a store; it goes back there with its last owner.
final class BorrowedBuffer: @unchecked Sendable {  // disjoint parts are handed to threads, as with FloatBuffer
    private let buffer: FloatBuffer
    private let store: FrameStore
    var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

    fileprivate init(_ buffer: FloatBuffer, of store: FrameStore) {
        self.buffer = buffer
        self.store = store
    }

    deinit { store.take(buffer) }
}

/// One frame inside the tokenizer: [height][width][channels].
struct FeatureFrame: Sendable {
    let memory: BorrowedBuffer
    let height: Int
    let width: Int
    let channels: Int

    init(height: Int, width: Int, channels: Int, in store: FrameStore) {
        memory = store.borrow(height * width * channels)
        self.height = height
        self.width = width
        self.channels = channels
    }

    var pixels: Int { height * width }
    var count: Int { pixels * channels }
    var pointer: UnsafeMutablePointer<Float> { memory.pointer }
    func isSame(as other: FeatureFrame) -> Bool { memory === other.memory }
}
