/// The assignment of rows to columns with the least total cost: min(rows, columns) pairs, by the Hungarian algorithm with
/// potentials (shortest augmenting paths). Rows ascend in the result.
func leastCostAssignment(_ cost: [[Double]]) -> [(row: Int, column: Int)] {
    guard let columns = cost.first?.count, columns > 0 else { return [] }
    if cost.count > columns {
        let transposed = (0..<columns).map { c in cost.map { $0[c] } }
        return leastCostAssignment(transposed).map { ($0.column, $0.row) }.sorted { $0.0 < $1.0 }
    }
    // Index 0 is a sentinel; rowOf[column] is the row matched to it so far.
    var rowPotential = [Double](repeating: 0, count: cost.count + 1)
    var columnPotential = [Double](repeating: 0, count: columns + 1)
    var rowOf = [Int](repeating: 0, count: columns + 1)
    for row in 1...cost.count {
        rowOf[0] = row
        var column = 0
        var slack = [Double](repeating: .infinity, count: columns + 1)
        var previous = [Int](repeating: 0, count: columns + 1)
        var visited = [Bool](repeating: false, count: columns + 1)
        repeat {
            visited[column] = true
            let current = rowOf[column]
            var (delta, next) = (Double.infinity, 0)
            for c in 1...columns where !visited[c] {
                let reduced = cost[current - 1][c - 1] - rowPotential[current] - columnPotential[c]
                if reduced < slack[c] { (slack[c], previous[c]) = (reduced, column) }
                if slack[c] < delta { (delta, next) = (slack[c], c) }
            }
            for c in 0...columns {
                if visited[c] {
                    rowPotential[rowOf[c]] += delta
                    columnPotential[c] -= delta
                } else {
                    slack[c] -= delta
                }
            }
            column = next
        } while rowOf[column] != 0
        repeat {
            rowOf[column] = rowOf[previous[column]]
            column = previous[column]
        } while column != 0
    }
    return (1...columns).filter { rowOf[$0] != 0 }.map { (rowOf[$0] - 1, $0 - 1) }.sorted { $0.0 < $1.0 }
}
