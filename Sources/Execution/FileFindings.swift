internal import Tensors
internal import Video

/// What planning has to know of masks and depth besides their bytes: by it the same bytes give other scores. Each file is
/// looked into once, and one that cannot be read has nothing to say yet.
struct FileFindings {
    private var readings: [String: ForegroundReader.Reading?] = [:]
    private var gaps: [String: Bool] = [:]
    private var kinds: [String: DepthKind?] = [:]

    /// How a foreground mask is understood.
    mutating func reading(_ path: String) -> ForegroundReader.Reading? {
        if let known = readings[path] { return known }
        let found = try? ForegroundReader(path: path).reading
        readings[path] = .some(found)
        return found
    }

    /// What is read of masks in another way than one after another.
    mutating func alignment(_ path: String) -> [String] {
        let hasGaps = gaps[path] ?? maskNumbersHaveGaps(path)
        gaps[path] = hasGaps
        return hasGaps ? ["by number"] : []
    }

    /// What the numbers of a depth file are, where it or its folder's card says it.
    mutating func kind(_ path: String) -> DepthKind? {
        if let known = kinds[path] { return known }
        let found = try? openDepth(path).kind
        kinds[path] = .some(found)
        return found
    }
}
