import Foundation

/// Viridis (van der Walt and Smith 2015): even to the eye, told apart with any kind of colour vision, and dark to light in print.
struct ColourScale {
    /// Its colours at tenths.
    static let stops = [
        0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151, 0xbddf26, 0xfde725,
    ]

    let low: Double
    let high: Double

    /// - Returns: nil without values.
    init?(_ values: [Double]) {
        guard let low = values.min(), let high = values.max() else { return nil }
        self.low = low
        self.high = high
    }

    /// 0xRRGGBB. Where all values are equal they are in the middle.
    func colour(_ value: Double) -> Int {
        let share = high > low ? max(0, min(1, (value - low) / (high - low))) : 0.5
        let place = min(share * Double(Self.stops.count - 1), Double(Self.stops.count - 1) - 1e-9)
        let (a, b) = (Self.stops[Int(place)], Self.stops[Int(place) + 1])
        return [16, 8, 0].reduce(0) { colour, shift in
            let (x, y) = (Double(a >> shift & 255), Double(b >> shift & 255))
            return colour | Int((x + (y - x) * (place - place.rounded(.down))).rounded()) << shift
        }
    }

    /// White or black, whichever is easier to read on a colour: by the ratio of luminances of WCAG 2.1.
    static func ink(on colour: Int) -> Int {
        let luminance = zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0.0) { sum, part in
            let share = Double(colour >> part.0 & 255) / 255
            let linear = share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            return sum + part.1 * linear
        }
        return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? 0xffffff : 0x000000
    }

    static func css(_ colour: Int) -> String {
        let digits = String(colour, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// For gnuplot's `set palette`.
    static var palette: String {
        "defined (" + stops.enumerated().map { "\($0) '\(css($1))'" }.joined(separator: ", ") + ")"
    }
}
