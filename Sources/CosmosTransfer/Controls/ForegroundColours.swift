internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// The colours of a segmentation and which of them are the foreground (spec §6.9).
struct ForegroundColours {
    /// In the order of their first appearance, which decides between colours that are as near.
    private(set) var colours: [SIMD3<Int>] = []
    private(set) var classes: [String] = []
    /// Where each colour stands.
    private var places: [SIMD3<Int>: Int] = [:]
    /// For every colour 0xRRGGBB that was looked up: 0 background, 1 foreground, 2 not yet known.
    private var known = [UInt8](repeating: 2, count: 1 << 24)
    private var isForeground: [Bool] = []
    private let keywords: [String]

    /// - Parameter keywords: a class that contains one of these, in this case of letters, is foreground.
    init(keywords: [String]) { self.keywords = keywords }

    /// Adds the labels of one frame; a colour's class is what the last file says.
    /// - Throws: `BenchError` naming the file and the key.
    mutating func add(labels path: String) throws(BenchError) {
        let json: JSON
        do throws(FileError) { json = try JSON(path: path, limit: 1 << 24) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        guard case .object(let members) = json else {
            throw BenchError(
                .unusableInput, "\(path): must be an object from colours to classes, but is \(json.kind)")
        }
        for member in members {
            guard let colour = Self.colour(member.key) else {
                throw BenchError(
                    .unusableInput,
                    "\(path): the key '\(member.key.prefix(80))' is no colour; write three or four numbers 0 to 255, as \"(29, 0, 0, 255)\""
                )
            }
            guard case .string(let name)? = member.value["class"] else {
                throw BenchError(.unusableInput, "\(path): '\(member.key.prefix(80))' has no \"class\" that is text")
            }
            if let place = places[colour] {
                classes[place] = name
            } else {
                places[colour] = colours.count
                colours.append(colour)
                classes.append(name)
            }
        }
    }

    /// Where the nearest colour of a pixel is a foreground one: 255, elsewhere 0.
    mutating func mask(of frame: Frame) -> Plane {
        if isForeground.count != colours.count {
            isForeground = classes.map { name in keywords.contains { name.contains($0) } }
        }
        let pixels = [UInt8](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            for i in 0..<buffer.count {
                let (r, g, b) = (Int(frame.pixels[3 * i]), Int(frame.pixels[3 * i + 1]), Int(frame.pixels[3 * i + 2]))
                let colour = r << 16 | g << 8 | b
                if known[colour] == 2 { known[colour] = nearestIsForeground(SIMD3(r, g, b)) ? 1 : 0 }
                buffer[i] = known[colour] * 255
            }
            filled = buffer.count
        }
        return Plane(width: frame.width, height: frame.height, pixels: pixels)
    }

    private func nearestIsForeground(_ colour: SIMD3<Int>) -> Bool {
        var best = (distance: Int.max, isForeground: false)
        for (i, candidate) in colours.enumerated() {
            let difference = candidate &- colour
            let distance = (difference &* difference).wrappedSum()
            if distance < best.distance { best = (distance, isForeground[i]) }
        }
        return best.isForeground
    }

    /// The first three numbers of a text as "(29, 0, 0, 255)".
    private static func colour(_ key: String) -> SIMD3<Int>? {
        let parts = key.trimmingCharacters(in: CharacterSet(charactersIn: "()[] ")).split(
            separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard (3...4).contains(parts.count), numbers.count == parts.count,
            numbers.allSatisfy({ (0...255).contains($0) })
        else { return nil }
        return SIMD3(numbers[0], numbers[1], numbers[2])
    }
}
