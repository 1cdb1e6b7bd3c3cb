extension Frame {
    /// A rectangle of the frame, which it must lie inside.
    public func cropped(rows: Range<Int>, columns: Range<Int>) -> Frame {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height)
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width)
        if rows.count == height && columns.count == width { return self }
        var part: [UInt8] = []
        part.reserveCapacity(3 * rows.count * columns.count)
        for y in rows {
            part += pixels[3 * (y * width + columns.lowerBound)..<3 * (y * width + columns.upperBound)]
        }
        return Frame(width: columns.count, height: rows.count, pixels: part)
    }
}
