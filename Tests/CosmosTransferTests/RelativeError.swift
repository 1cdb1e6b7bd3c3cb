import Tensors

/// Largest difference over the reference's largest value; infinite for another shape.
func relativeError(_ value: Tensor, _ reference: Tensor) -> Double {
    guard value.shape == reference.shape else { return .infinity }
    let most = reference.values.reduce(0 as Float) { max($0, abs($1)) }
    let worst = zip(value.values, reference.values).reduce(0 as Double) {
        let deviation = Double(abs($1.0 - $1.1))
        return deviation.isNaN ? .infinity : max($0, deviation)
    }
    return worst == 0 ? 0 : worst / Double(most)
}
