extension VideoTask {
    /// Where its video may lie, in the order in which places are tried: its own, then beside the configuration's folder one
    /// that is named by the recipe, as "Vis~3f0a12c4/ID.mp4", then "Vis~3f0a12c4-2/ID.mp4" and so on. Names of configurations'
    /// folders have no "~".
    public func place(_ number: Int) -> String {
        guard number > 0, let end = output.lastIndex(of: "/") else { return output }
        return "\(output[..<end])~\(recipe)\(number > 1 ? "-\(number)" : "")\(output[end...])"
    }

    /// What all places of a task have in common, and those of another one do not: "Vis/ID.mp4" of ".../Vis~3f0a12c4/ID.mp4".
    public static func slot(of path: String) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).suffix(2)
        guard let folder = parts.first, let file = parts.last, parts.count == 2 else { return path }
        return "\(Substring(folder.prefix { $0 != UInt8(ascii: "~") }))/\(Substring(file))"
    }
}
