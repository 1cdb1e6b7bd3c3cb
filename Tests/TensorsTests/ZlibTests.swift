import TestSupport
import Testing

@testable import Tensors

@Suite struct ZlibTests {
    @Test(arguments: [0, 1, 1000, 100_000]) func `bytes come back as they were`(count: Int) throws {
        var random = SeededRandom(3)
        for bytes in [random.bytes(count), random.bytes(count, max: 1), [UInt8](repeating: 7, count: count)] {
            for level in [1, 6, 9] {
                let packed = Zlib.packed(bytes, level: level)
                #expect(Zlib.unpacked(packed, count: count) == bytes)
                #expect(packed.count <= Zlib.bound(count) && count <= packed.count * Zlib.mostExpansion)
            }
        }
    }

    @Test func `another number of bytes, more after the end, and damage are refused`() {
        let bytes = [UInt8](repeating: 3, count: 500) + [1, 2, 3]
        let packed = Zlib.packed(bytes, level: 6)
        #expect(Zlib.unpacked(packed, count: 502) == nil)
        #expect(Zlib.unpacked(packed, count: 504) == nil)
        #expect(Zlib.unpacked(packed + [0], count: 503) == nil)
        #expect(Zlib.unpacked(Array(packed.dropLast()), count: 503) == nil)
        #expect(Zlib.unpacked([], count: 0) == nil)
        var damaged = packed
        damaged[packed.count - 1] ^= 1
        #expect(Zlib.unpacked(damaged, count: 503) == nil)
    }

    @Test func `the checksum is that of the standard`() {
        #expect(Zlib.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
        #expect(Zlib.checksum(Array("x123456789".utf8)[1...]) == 0xcbf4_3926)
        #expect(Zlib.checksum([]) == 0)
    }
}

extension JSONTests {
    @Test func `a document that is written reads the same`() throws {
        let value = JSON.object([
            .init(
                key: "a\"\\\n\u{1}ü😀", value: .array([.null, .bool(true), .integer(-3), .number(0.1), .number(1e-30)])),
            .init(key: "", value: .object([])), .init(key: "s", value: .string("\t/\u{2028}")),
        ])
        #expect(try JSON(Array(value.text.utf8), file: "t") == value)
    }
}
