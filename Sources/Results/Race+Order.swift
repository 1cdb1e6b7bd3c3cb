public import Experiment

extension Race {
    /// The order in which clips are taken: random by the seed, and stratified by domain, so that all of them are in every stretch
    /// as nearly as they can be in the share that they have of the whole.
    ///
    /// A clip's domain is what its name has before its number, as "driving" of "driving_000001"; clips whose names carry none
    /// are a domain of their own. The order that the clips are given in changes nothing.
    public func order(of clips: [String]) -> [String] {
        var generator = SplitMix64(state: 0x7261_6365_0000_0000 | UInt64(seed))
        let domains = Dictionary(grouping: clips.sorted(), by: Self.domain)
        // Where domains are of one size, their clips are due at one time: chance decides which comes first.
        let names = generator.shuffled(domains.keys.sorted())
        var due: [(time: Double, domain: Int, clip: String)] = []
        for (place, name) in names.enumerated() {
            let own = generator.shuffled(domains[name] ?? [])
            for (rank, clip) in own.enumerated() {
                due.append(((Double(rank) + 0.5) / Double(own.count), place, clip))
            }
        }
        return due.sorted { ($0.time, $0.domain) < ($1.time, $1.domain) }.map(\.clip)
    }

    /// "driving" of "driving_000001"; "" of a name that ends in no number.
    static func domain(_ clip: String) -> String {
        let number = clip.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let rest = clip.dropLast(number)
        guard number > 0, let mark = rest.last, "_-".contains(mark) else { return "" }
        return String(rest.dropLast())
    }

    /// After how many clips it is decided who is dropped: at the ends of blocks, from `atLeast` clips on and not from fewer than
    /// an interval takes. After the last clip nothing is left to save.
    public func looks(clips: Int) -> [Int] {
        let first = max(atLeast, ClipInterval.fewestClips)
        return Array(stride(from: block, to: clips, by: block)).filter { $0 >= first }
    }
}
