internal import Experiment
internal import Video

extension NetworkOutput {
    /// The size of the output's planes: its last two dimensions.
    /// - Throws: `BenchError` 65, unless there are as many planes as wanted.
    func planeSize(_ planes: Int, of model: String) throws(BenchError) -> FrameSize {
        let (rows, columns) = (shape.dropLast().last ?? 0, shape.last ?? 0)
        guard shape.count >= 2, rows > 0, columns > 0, shape.dropLast(2).reduce(1, *) == planes else {
            throw BenchError(
                .unusableInput,
                "\(model) gives '\(name)' as \(shape.map(String.init).joined(separator: "x")), not \(planes) plane\(planes == 1 ? "" : "s") of rows x columns; name another output in its card"
            )
        }
        return FrameSize(width: columns, height: rows)
    }

    /// One plane of that size.
    func plane(_ index: Int, _ size: FrameSize) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: floats[index * size.pixels..<(index + 1) * size.pixels])
    }
}
