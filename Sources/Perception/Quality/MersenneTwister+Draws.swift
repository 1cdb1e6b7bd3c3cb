internal import Tensors

// The ways in which torch and numpy draw whole numbers from the same generator.

extension MersenneTwister {
    /// A number of 0..<bound as `torch.randint` draws it on the CPU: the remainder.
    mutating func remainder(below bound: Int) -> Int { Int(bits()) % bound }

    /// The same as numpy's `random.randint` draws it: masked bits, again while they are too large; none for a bound of 1.
    mutating func masked(below bound: Int) -> Int {
        let most = UInt32(bound - 1)
        guard most > 0 else { return 0 }
        let mask = UInt32.max >> most.leadingZeroBitCount
        while true {
            let drawn = bits() & mask
            if drawn <= most { return Int(drawn) }
        }
    }
}
