internal import Experiment

/// Sobol's sequence: points of a cube that fill it more evenly than random ones.
///
/// The first point is the origin, and points follow each other in Gray code, as Antonov and Saleev have it. With a seed, every
/// coordinate is scrambled as Owen (1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences") has it: each binary digit is
/// flipped or not by a hash of seed, coordinate and the digits before it. Points stay as evenly spread, and none is special.
struct Sobol {
    /// Coordinates at most.
    static let mostDimensions = polynomials.count
    private static let bits = 32

    /// By coordinate and digit.
    private let directions: [[UInt32]]
    private let seed: UInt32?

    /// - Parameters:
    ///   - dimensions: coordinates of a point, up to `mostDimensions`.
    ///   - seed: of the scrambling; nil for the sequence as it is.
    init(dimensions: Int, seed: UInt32?) {
        precondition((1...Self.mostDimensions).contains(dimensions), "so many coordinates are not known")
        directions = Self.polynomials.prefix(dimensions).enumerated().map { place, numbers in
            Self.directions(numbers.polynomial, numbers.initial, isFirst: place == 0)
        }
        self.seed = seed
    }

    /// The first points; coordinates are so many parts of 2^32.
    func points(_ count: Int) -> [[UInt32]] {
        var point = [UInt32](repeating: 0, count: directions.count)
        return (0..<count).map { index in
            if index > 0 {
                for dimension in point.indices { point[dimension] ^= directions[dimension][index.trailingZeroBitCount] }
            }
            guard let seed else { return point }
            return point.enumerated().map { Self.scrambled($1, seed: seed, dimension: $0) }
        }
    }

    private static func scrambled(_ coordinate: UInt32, seed: UInt32, dimension: Int) -> UInt32 {
        var result: UInt32 = 0
        var key = SplitMix64(state: UInt64(seed) << 32 | UInt64(dimension))
        let own = key.next()
        for digit in 0..<bits {
            // The digits before this one, after a 1 that says how many they are.
            let before = 1 << UInt64(digit) | UInt64(coordinate) >> UInt64(bits - digit)
            var hash = SplitMix64(state: own ^ before)
            let flip = UInt32(truncatingIfNeeded: hash.next() >> 63)
            result |= ((coordinate >> UInt32(bits - 1 - digit) & 1) ^ flip) << UInt32(bits - 1 - digit)
        }
        return result
    }

    private static func directions(_ polynomial: UInt32, _ initial: [UInt32], isFirst: Bool) -> [UInt32] {
        if isFirst { return (0..<bits).map { 1 << UInt32(bits - 1 - $0) } }
        let degree = initial.count
        var directions = initial.enumerated().map { $1 << UInt32(bits - 1 - $0) }
        for digit in degree..<bits {
            var next = directions[digit - degree] ^ directions[digit - degree] >> UInt32(degree)
            for place in 1..<degree where polynomial >> UInt32(degree - place) & 1 == 1 {
                next ^= directions[digit - place]
            }
            directions.append(next)
        }
        return directions
    }

    /// By coordinate: a primitive polynomial over two elements, its coefficients as digits, and the first direction numbers
    /// (Joe and Kuo 2008, "Constructing Sobol sequences with better two-dimensional projections", file new-joe-kuo-6.21201).
    private static let polynomials: [(polynomial: UInt32, initial: [UInt32])] = [
        (1, [1]), (3, [1]), (7, [1, 3]), (11, [1, 3, 1]), (13, [1, 1, 1]), (19, [1, 1, 3, 3]), (25, [1, 3, 5, 13]),
        (37, [1, 1, 5, 5, 17]), (41, [1, 1, 5, 5, 5]), (47, [1, 1, 7, 11, 19]), (55, [1, 1, 5, 1, 1]),
        (59, [1, 1, 1, 3, 11]), (61, [1, 3, 5, 5, 31]), (67, [1, 3, 3, 9, 7, 49]), (91, [1, 1, 1, 15, 21, 21]),
        (97, [1, 3, 1, 13, 27, 49]), (103, [1, 1, 1, 15, 7, 5]), (109, [1, 3, 1, 15, 13, 25]),
        (115, [1, 1, 5, 5, 19, 61]), (131, [1, 3, 7, 11, 23, 15, 103]), (137, [1, 3, 7, 13, 13, 15, 69]),
        (143, [1, 1, 3, 13, 7, 35, 63]), (145, [1, 3, 5, 9, 1, 25, 53]), (157, [1, 3, 1, 13, 9, 35, 107]),
    ]
}
