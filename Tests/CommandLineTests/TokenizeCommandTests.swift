import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct TokenizeCommandTests {
    private let model = Places.repository.appendingPathComponent("Fixtures/references/tokenizer/official_names").path

    private func tensor(_ name: String, in path: String) throws -> Tensor {
        try #require(TensorFile.read(path: path)[name]).tensor()
    }

    private func error(_ value: Tensor, _ expected: Tensor) -> Float {
        guard value.shape == expected.shape else { return .infinity }
        let most = expected.values.reduce(0) { max($0, abs($1)) }
        return zip(value.values, expected.values).reduce(0) { max($0, abs($1.0 - $1.1)) } / most
    }

    @Test func `raw frames become latents and latents frames`() throws {
        let folder = TemporaryFolder()
        let clip = model + "/t9_24x40"
        let encoded = try program.run(
            [
                "tokenize", "encode", "--weights", model, "--inputs", clip + "/inputs.safetensors", "--output",
                "l.safetensors",
            ],
            in: folder)
        #expect(encoded.status == 0, "\(encoded.errors)")
        let expected = try tensor("latent", in: clip + "/expected.safetensors")
        #expect(error(try tensor("latent", in: folder.file("l.safetensors")), expected) < 1e-4)

        let decoded = try program.run(
            ["tokenize", "decode", "--weights", model, "--inputs", "l.safetensors", "--output", "d.safetensors"],
            in: folder)
        #expect(decoded.status == 0, "\(decoded.errors)")
        let pixels = try tensor("decoded", in: clip + "/expected.safetensors")
        let result = try tensor("decoded", in: folder.file("d.safetensors"))
        #expect(error(result, pixels) < 1e-4)

        let images = try program.run(
            ["tokenize", "decode", "--weights", model, "--inputs", "l.safetensors", "--output", "images/"], in: folder)
        #expect(images.status == 0, "\(images.errors)")
        let reader = try openFrames(folder.file("images"))
        var count = 0
        while let frame = try reader.next() {
            let place = count * 24 * 40
            #expect(frame.pixels[0] == UInt8(255 * min(2, max(0, 1 + result.values[place])) / 2))
            count += 1
        }
        #expect(count == 9)

        let video = try program.run(
            ["tokenize", "encode", "--weights", model, "--video", "images", "--output", "v.safetensors"], in: folder)
        #expect(video.status == 0, "\(video.errors)")
        #expect(try tensor("latent", in: folder.file("v.safetensors")).shape == expected.shape)
    }

    @Test func `what cannot be used is one sentence`() throws {
        let folder = TemporaryFolder()
        let inputs = model + "/t9_24x40/inputs.safetensors"
        for (arguments, status, words) in [
            (["encode", "--weights", "absent", "--inputs", inputs], 69, "absent"),
            (["encode", "--weights", model, "--inputs", "absent.safetensors"], 69, "absent.safetensors"),
            (["encode", "--weights", model, "--inputs", inputs, "--video", "x.mp4"], 64, "either --inputs or --video"),
            (["decode", "--weights", model, "--inputs", inputs], 65, "holds no tensor 'latent', but frames"),
        ] as [([String], Int32, String)] {
            let result = try program.run(["tokenize"] + arguments + ["--output", "o.safetensors"], in: folder)
            #expect(result.status == status, "\(result.errors)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }
    }
}
