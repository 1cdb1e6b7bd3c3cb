import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// Edge and vis presets against OpenCV and torchvision.
@Suite struct ControlPresetTests {
    private static let references = Places.references + "/controls"

    private func frames(_ name: String) throws -> [Frame] {
        try pictures(
            try SafetensorsFile(path: "\(Self.references)/presets/\(name)_inputs.safetensors").tensors, "frames")
    }

    private func pictures(_ tensors: [String: StoredTensor], _ name: String) throws -> [Frame] {
        let tensor = try #require(tensors[name], "\(name)")
        let shape = tensor.shape.count == 3 ? [1] + tensor.shape : tensor.shape
        let size = 3 * shape[1] * shape[2]
        return tensor.withBytes { bytes in
            (0..<shape[0]).map {
                Frame(width: shape[2], height: shape[1], pixels: Array(bytes[$0 * size..<($0 + 1) * size]))
            }
        }
    }

    /// How many bytes differ, and by how much at most.
    private func difference(_ a: [UInt8], _ b: [UInt8]) -> (count: Int, most: Int) {
        zip(a, b).reduce((0, 0)) { ($0.0 + ($1.0 == $1.1 ? 0 : 1), max($0.1, abs(Int($1.0) - Int($1.1)))) }
    }

    @Test(arguments: ["even", "odd"]) func `edges are OpenCV's, byte by byte, in three equal channels`(
        _ name: String
    ) throws {
        let expected = try SafetensorsFile(path: "\(Self.references)/presets/\(name)_expected.safetensors").tensors
        let frames = try frames(name)
        for strength in ControlStrength.allCases where strength != .none {
            let edges = try #require(expected["edge.\(strength.rawValue)"])
            let planes = edges.withBytes { Array($0) }
            for (t, frame) in frames.enumerated() {
                let made = EdgeControl(strength)(frame)
                let plane = planes[t * frame.size.pixels..<(t + 1) * frame.size.pixels]
                expectEqual(made.pixels, plane.flatMap { [$0, $0, $0] }, "\(strength), frame \(t)")
            }
        }
        #expect(EdgeControl(.none) == EdgeControl(.veryLow))
    }

    @Test(arguments: ["even", "odd"]) func `vis differs from OpenCV and torchvision by one level in a few bytes`(
        _ name: String
    ) throws {
        let expected = try SafetensorsFile(path: "\(Self.references)/presets/\(name)_expected.safetensors").tensors
        let frames = try frames(name)
        for strength in ControlStrength.allCases where strength != .none {
            let control = VisControl(strength)
            for (frame, picture) in zip(frames, try pictures(expected, "vis.\(strength.rawValue)")) {
                let result = difference(control(frame).pixels, picture.pixels)
                #expect(result.most <= 1 && result.count * 500 <= picture.pixels.count, "\(strength): \(result)")
            }
        }
    }

    @Test func `the bicubic resize is torchvision's, up and down`() throws {
        let inputs = try SafetensorsFile(path: "\(Self.references)/bicubic/inputs.safetensors").tensors
        let frame = try pictures(inputs, "frame")[0]
        let expected = try SafetensorsFile(path: "\(Self.references)/bicubic/expected.safetensors").tensors
        #expect(expected.count >= 10)
        for name in expected.keys.sorted() {
            let picture = try pictures(expected, name)[0]
            let result = difference(frame.resizedBicubic(to: picture.size).pixels, picture.pixels)
            #expect(result.most <= 1 && result.count <= 3, "\(name): \(result)")
        }
    }

    @Test func `without blur the video is left as it is, and every frame keeps its size`() {
        let frame = Frame.noise(45, 31)
        #expect(VisControl(.none)(frame) == frame)
        for strength in ControlStrength.allCases {
            #expect(VisControl(strength)(frame).size == frame.size)
            #expect(VisControl(strength)(.noise(3, 2)).size == FrameSize(width: 3, height: 2))
        }
    }

    @Test func `a flat picture stays flat`() {
        let frame = Frame(width: 40, height: 30, colours: [UInt32](repeating: 0x10c0ff, count: 1200))
        for strength in ControlStrength.allCases {
            #expect(VisControl(strength)(frame) == frame)
            #expect(EdgeControl(strength)(frame).pixels.allSatisfy { $0 == 0 })
        }
    }

    @Test func `larger pictures are shrunk to 1280x704 for the presets, and never enlarged`() {
        func fit(_ width: Int, _ height: Int) -> FrameSize {
            FrameSize(width: width, height: height).fitting(.presetLimit)
        }
        #expect(fit(1280, 704) == FrameSize(width: 1280, height: 704))
        #expect(fit(640, 480) == FrameSize(width: 640, height: 480))
        #expect(fit(960, 960) == FrameSize(width: 704, height: 704))
        #expect(fit(704, 1280) == FrameSize(width: 387, height: 704))
        #expect(fit(1920, 1080) == FrameSize(width: 1252, height: 704))
        #expect(fit(2560, 100) == FrameSize(width: 1280, height: 50))
        #expect(fit(1 << 20, 1) == FrameSize(width: 1280, height: 1))
    }
}
