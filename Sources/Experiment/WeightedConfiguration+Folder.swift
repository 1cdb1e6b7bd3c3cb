internal import Foundation

extension WeightedConfiguration {
    /// The configuration's name as a folder's, as "FG_vis+edge_BG_depth+seg" of "FG vis+edge / BG depth+seg": letters, digits
    /// and "+-.,=@" stay, and what is between them becomes one "_". Nothing that begins with "." or "-". The configurations
    /// of a suite have different ones, whether or not capitals are told from small letters: a cell of a grid whose name is too
    /// long or not only numbers has the beginning of it, "@" and a short hash.
    public var folderName: String {
        if let folder { return folder }
        let name = name.precomposedStringWithCanonicalMapping
        let kept = name.split { !($0.isLetter || $0.isNumber || "+-.,=@".contains($0)) }.joined(separator: "_")
        return String(kept.drop { ".-_".contains($0) })
    }
}
