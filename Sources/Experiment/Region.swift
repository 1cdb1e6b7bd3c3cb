/// The part of the picture that a score looks at.
public enum Region: String, Sendable, CaseIterable, Codable, Comparable {
    /// Every pixel.
    case all
    /// Pixels of the foreground mask.
    case fg
    /// All other pixels.
    case bg

    public static func < (a: Region, b: Region) -> Bool { a.order < b.order }
    private var order: Int { Region.allCases.firstIndex(of: self) ?? 0 }
}
