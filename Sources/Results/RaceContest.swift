/// All configurations in play against each other after some clips: Holm's step-down procedure over every statement "i is better
/// than j in objective k" that could help to drop j.
struct RaceContest {
    /// How many statements there are.
    let hypotheses: Int
    private let objectives: Int
    /// Statements that hold, by pair: those pairs whose every objective holds.
    private var beaten: [Pair: [Held]] = [:]

    struct Pair: Hashable {
        let winner: Int
        let loser: Int
    }

    /// A statement that holds, and the error that Holm granted it.
    struct Held {
        let objective: Int
        let mean: PairedMean
        let p: Double
        let tail: Double
    }

    /// - Parameters:
    ///   - mayDrop: for each configuration in play.
    ///   - budget: the share of wrong sets of statements.
    init(_ values: RaceValues, objectives: Int, mayDrop: [Bool], budget: Double) {
        self.objectives = objectives
        let losers = mayDrop.count { $0 }
        hypotheses = losers * (mayDrop.count - 1) * objectives
        // Statements with a larger p than the whole budget hold for nobody: they only count.
        var candidates: [(pair: Pair, objective: Int, mean: PairedMean, p: Double)] = []
        for winner in mayDrop.indices {
            for loser in mayDrop.indices where mayDrop[loser] && loser != winner {
                for objective in 0..<objectives {
                    guard let mean = PairedMean(values.differences(winner, loser, objective: objective)) else {
                        continue
                    }
                    let p = mean.p
                    guard p <= budget else { continue }
                    candidates.append((Pair(winner: winner, loser: loser), objective, mean, p))
                }
            }
        }
        candidates.sort { a, b in
            (a.p, a.pair.winner, a.pair.loser, a.objective) < (b.p, b.pair.winner, b.pair.loser, b.objective)
        }
        var held: [Pair: [Held]] = [:]
        for (rank, one) in candidates.enumerated() {
            let tail = budget / Double(hypotheses - rank)
            guard one.p <= tail else { break }
            held[one.pair, default: []].append(
                Held(objective: one.objective, mean: one.mean, p: one.p, tail: tail))
        }
        beaten = held.filter { $0.value.count == objectives }
    }

    /// Who is dropped, and by whom: one that nobody beats where there is one, and of those the one with the clearest evidence.
    func dropped() -> [(loser: Int, winner: Int)] {
        let losers = Set(beaten.keys.map(\.loser))
        var wins: [Int: Int] = [:]
        for pair in beaten.keys { wins[pair.winner, default: 0] += 1 }
        var gone: Set<Int> = []
        var dropped: [(loser: Int, winner: Int)] = []
        // From below, so that whoever drops another is still there; where clips are missing, pairs may beat each other in a circle,
        // and somebody of it stays.
        for loser in losers.sorted(by: { (wins[$0] ?? 0, $0) < (wins[$1] ?? 0, $1) }) {
            let winners = beaten.keys.filter { $0.loser == loser && !gone.contains($0.winner) }.map(\.winner)
            let winner = winners.min { a, b in
                (losers.contains(a) ? 1 : 0, worst(a, loser), a) < (losers.contains(b) ? 1 : 0, worst(b, loser), b)
            }
            guard let winner else { continue }
            gone.insert(loser)
            dropped.append((loser, winner))
        }
        return dropped.sorted { $0.loser < $1.loser }
    }

    /// The largest p of a pair's objectives.
    private func worst(_ winner: Int, _ loser: Int) -> Double {
        beaten[Pair(winner: winner, loser: loser)]?.map(\.p).max() ?? 1
    }

    /// What one configuration beats another by in an objective, and the error granted to that; both of a pair that was dropped.
    func evidence(_ winner: Int, _ loser: Int, objective: Int) -> (mean: PairedMean, tail: Double) {
        guard let held = beaten[Pair(winner: winner, loser: loser)]?.first(where: { $0.objective == objective }) else {
            preconditionFailure("a pair of which one was dropped")
        }
        return (held.mean, held.tail)
    }
}
