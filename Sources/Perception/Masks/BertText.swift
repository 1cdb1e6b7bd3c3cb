internal import Foundation

/// How BERT's uncased models clean a text and cut it into words, before words are cut into pieces.
enum BertText {
    /// Lower-case words without accents; every punctuation mark and every CJK ideograph is a word of its own.
    static func words(_ text: String) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func close() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        for scalar in simplified(text) {
            if scalar.properties.isWhitespace {
                close()
            } else if isPunctuation(scalar) {
                close()
                words.append([scalar])
            } else {
                word.append(scalar)
            }
        }
        close()
        return words
    }

    /// Control characters are dropped, ideographs stand alone, accents are dropped, letters are lower case: in this order.
    private static func simplified(_ text: String) -> [Unicode.Scalar] {
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isDropped(scalar) {
            if isIdeograph(scalar) {
                cleaned.append(contentsOf: [" ", scalar, " "])
            } else {
                cleaned.append(scalar)
            }
        }
        let decomposed = String(cleaned).decomposedStringWithCanonicalMapping.unicodeScalars
        return decomposed.filter { $0.properties.generalCategory != .nonspacingMark }
            .flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\r": false
        case "\u{FFFD}": true
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .privateUse: true
            default: false
            }
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: true
        default:
            switch scalar.properties.generalCategory {
            case .connectorPunctuation, .dashPunctuation, .closePunctuation, .finalPunctuation, .initialPunctuation,
                .otherPunctuation, .openPunctuation:
                true
            default: false
            }
        }
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
