public import Experiment

/// Where a point stands to the Pareto front of several objectives.
public enum FrontStanding: Sendable, Equatable {
    /// No other point is at least as good in every objective and better in one. Points that are equal in all stand there
    /// together.
    case onFront
    /// A point of the front that is at least as good in every objective and better in one.
    case dominated(by: Int)
    /// It lacks the objectives at these places, and takes no part.
    case absent([Int])
}

/// Tells which points are on the Pareto front.
/// - Parameters:
///   - points: a value for each objective; nil where there is none.
///   - directions: which way is better in each objective.
/// - Returns: a standing for each point.
public func paretoFront(
    _ points: [[Double?]], directions: [MetricDescriptor.Direction]
) -> [FrontStanding] {
    let turned = points.map { point in
        zip(point, directions).map { value, direction in value.map { direction == .higher ? $0 : -$0 } }
    }
    var standings = turned.map { point in FrontStanding.absent(point.indices.filter { point[$0] == nil }) }
    let complete = turned.indices.filter { !turned[$0].contains(nil) }.map {
        (place: $0, values: turned[$0].map { $0! })
    }
    // The best in the first objective come first, of equals those in the next: nobody is dominated by one who comes later.
    let sorted = complete.sorted { a, b in
        zip(a.values, b.values).first { $0 != $1 }.map { $0 > $1 } ?? (a.place < b.place)
    }
    var front: [(place: Int, values: [Double])] = []
    for point in sorted {
        let better = front.first { other in
            other.values != point.values && zip(other.values, point.values).allSatisfy { $0 >= $1 }
        }
        if let better {
            standings[point.place] = .dominated(by: better.place)
        } else {
            standings[point.place] = .onFront
            front.append(point)
        }
    }
    return standings
}
