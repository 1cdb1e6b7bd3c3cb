public import Tensors

/// A mask volume of T x H x W pixels as COCO's compressed run lengths of the row-major column (metrics.md §6), unpacked
/// frame by frame.
public struct RunLengthMask: Sendable {
    /// Pixels in the whole volume.
    public let pixels: Int
    /// Whether none of them is in the mask.
    public private(set) var isEmpty = true
    private let counts: [UInt8]
    private var position = 0
    private var recent: [Int] = []
    private var inside = false
    private var left = 0

    /// - Parameter pixels: what the runs must add up to.
    /// - Throws: `FileError.malformed`, when the string is no run-length code or does not add up.
    public init(counts: [UInt8], pixels: Int, file: String) throws(FileError) {
        self.counts = counts
        self.pixels = pixels
        var total = 0
        while position < counts.count {
            guard let run = nextRun(), run >= 0, total <= pixels - run else {
                throw FileError(.malformed, file: file, "has a damaged run-length mask; write the file again")
            }
            total += run
            if inside, run > 0 { isEmpty = false }
            inside.toggle()
        }
        guard total == pixels else {
            throw FileError(
                .malformed, file: file,
                "has a run-length mask of \(total) pixels where its shape needs \(pixels); write the file again")
        }
        position = 0
        recent = []
        inside = true  // the first call of paint flips it: runs start with zeros
    }

    /// Sets `label` wherever the next pixels.count pixels of the mask are 1.
    public mutating func paint(_ label: UInt8, over pixels: inout [UInt8]) {
        var at = 0
        while at < pixels.count {
            while left == 0 {
                guard let run = nextRun() else { return }
                inside.toggle()
                left = run
            }
            let n = min(left, pixels.count - at)
            if inside { for i in at..<at + n { pixels[i] = label } }
            at += n
            left -= n
        }
    }

    /// The next run length; nil at the end or when the code is damaged.
    private mutating func nextRun() -> Int? {
        var value = 0
        var shift = 0
        while true {
            guard position < counts.count, shift < 60, (48..<112).contains(counts[position]) else { return nil }
            let chunk = Int(counts[position]) - 48
            position += 1
            value |= (chunk & 31) << shift
            shift += 5
            if chunk & 32 == 0 {
                if chunk & 16 != 0 { value |= -1 << shift }
                break
            }
        }
        // From the fourth run on, the code holds the difference to the run two before.
        if recent.count == 3 {
            let (sum, overflow) = value.addingReportingOverflow(recent[1])
            guard !overflow else { return nil }
            value = sum
            recent.removeFirst()
        }
        recent.append(value)
        return value
    }
}
