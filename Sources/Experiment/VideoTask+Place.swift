internal import Foundation

extension VideoTask {
    /// Where its video may lie, in the order in which places are tried: its own, then beside the configuration's folder one
    /// that is named by the recipe, as "Vis~3f0a12c4/ID.mp4", then "Vis~3f0a12c4-2/ID.mp4" and so on. Names of configurations'
    /// folders have no "~".
    public func place(_ number: Int) -> String {
        guard number > 0 else { return output }
        let file = URL(fileURLWithPath: output)
        let folder = file.deletingLastPathComponent().path
        return "\(folder)~\(recipe)\(number > 1 ? "-\(number)" : "")/\(file.lastPathComponent)"
    }

    /// What all places of a task have in common, and those of another one do not: "Vis/ID.mp4" of ".../Vis~3f0a12c4/ID.mp4".
    public static func slot(of path: String) -> String {
        let file = URL(fileURLWithPath: path)
        let folder = file.deletingLastPathComponent().lastPathComponent
        return "\(folder.prefix { $0 != "~" })/\(file.lastPathComponent)"
    }
}
