/// The median of at least one value; the mean of the two middle ones for an even count.
func median(_ values: [Double]) -> Double {
    precondition(!values.isEmpty)
    var work = values
    let middle = work.count / 2
    let upper = select(middle, in: &work)
    guard work.count.isMultiple(of: 2) else { return upper }
    // After the selection, everything before the middle is at most `upper`.
    return (work[..<middle].max()! + upper) / 2
}

/// Puts the k-th smallest value at index k, nothing larger before it, and returns it.
private func select(_ k: Int, in values: inout [Double]) -> Double {
    var low = 0
    var high = values.count - 1
    while low < high {
        let pivot = medianOfThree(values[low], values[(low + high) / 2], values[high])
        var (i, j) = (low, high)
        while i <= j {
            while values[i] < pivot { i += 1 }
            while values[j] > pivot { j -= 1 }
            if i <= j {
                values.swapAt(i, j)
                i += 1
                j -= 1
            }
        }
        if k <= j { high = j } else if k >= i { low = i } else { return values[k] }
    }
    return values[k]
}

private func medianOfThree(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
