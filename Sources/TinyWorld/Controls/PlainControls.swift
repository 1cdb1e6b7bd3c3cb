public import Video

extension RenderedClip {
    /// The "depth" control: inverse depth in grey, near is bright, scaled over the clip.
    public func depthPictures() -> [Frame] {
        let inverse = depth.map { 1 / $0 }
        let (low, high) = (inverse.min() ?? 0, inverse.max() ?? 1)
        let scale = high > low ? 255 / (high - low) : 0
        let pixels = request.rows * request.columns
        return cameras.indices.map { i in
            Plane(
                width: request.columns, height: request.rows,
                pixels: inverse[i * pixels..<(i + 1) * pixels].map { UInt8(($0 - low) * scale + 0.5) }
            ).rgb
        }
    }

    /// The "seg" control, which is also the mask folder: one flat colour an instance on black.
    public func segmentPictures() -> [Frame] {
        let colours = instanceColours
        let pixels = request.rows * request.columns
        return cameras.indices.map { i in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(3 * pixels)
            for label in instance[i * pixels..<(i + 1) * pixels] {
                let colour = colours[Int(label)]
                bytes.append(colour.0)
                bytes.append(colour.1)
                bytes.append(colour.2)
            }
            return Frame(width: request.columns, height: request.rows, pixels: bytes)
        }
    }

    /// White on the foreground.
    public func foregroundPictures() -> [Frame] {
        let pixels = request.rows * request.columns
        return cameras.indices.map { i in
            Plane(
                width: request.columns, height: request.rows,
                pixels: foreground[i * pixels..<(i + 1) * pixels].map { $0 * 255 }
            ).rgb
        }
    }

    /// The colour of every label in "seg" pictures, black for 0: different, and far apart while there are few.
    public var instanceColours: [(UInt8, UInt8, UInt8)] {
        var stream = SeededStream(request.seed, UInt64(request.index), 0x5e6)
        var chosen: [(Int, Int, Int)] = [(0, 0, 0)]
        for _ in instances {
            var best = (distance: -1, colour: (0, 0, 0))
            for _ in 0..<12 {
                let trial = (stream.integer(30...255), stream.integer(30...255), stream.integer(30...255))
                let distance = chosen.map { abs($0.0 - trial.0) + abs($0.1 - trial.1) + abs($0.2 - trial.2) }.min() ?? 0
                if distance > best.distance { best = (distance, trial) }
            }
            chosen.append(best.colour)
        }
        return chosen.map { (UInt8($0.0), UInt8($0.1), UInt8($0.2)) }
    }
}
