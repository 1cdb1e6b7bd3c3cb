import CosmosTransfer
import Testing

/// Published parameter counts (spec §8.1).
@Suite struct TensorNamesTests {
    private func parameters(_ tensors: [String: [Int]]) -> Int { tensors.values.reduce(0) { $0 + $1.reduce(1, *) } }

    @Test func `the 7B base network has the published number of parameters`() {
        #expect(parameters(TransformerConfiguration().baseTensors()) == 7_236_208_640)
        var audioVisual = TransformerConfiguration()
        audioVisual.hasConditionMask = false
        #expect(parameters(audioVisual.baseTensors()) == 7_236_192_256)
    }

    @Test func `a 7B control branch has the published number of parameters, its idle final layer included`() {
        let dit = TransformerConfiguration()
        #expect(parameters(dit.unusedControlTensors()) == 3_407_872)
        let used = parameters(dit.controlTensors(ControlConfiguration()))
        #expect(used + 3_407_872 == 893_497_120)
        var sample = dit
        sample.hasConditionMask = false
        var ctrl = ControlConfiguration()
        ctrl.hintChannels = 16
        #expect(parameters(sample.controlTensors(ctrl)) + 3_407_872 == 891_645_728)
    }

    @Test func `hint layers have the configuration's widths`() {
        var ctrl = ControlConfiguration()
        ctrl.hintWidths = [64, 64, 80, 80, 144, 144, 304]
        let tensors = TransformerConfiguration().controlTensors(ctrl)
        let shapes = [0, 4, 14].map { tensors["input_hint_block.\($0).weight"] }
        #expect(shapes == [[64, 4096], [80, 64], [4096, 304]])
        #expect(tensors["input_hint_block.12.bias"] == [304])
    }

    @Test func `one block has the published parts`() {
        let block = TransformerConfiguration().baseTensors().filter { $0.key.hasPrefix("blocks.block7.") }
        #expect(parameters(block) == 255_853_056)
        #expect(block.count == 20)
    }

    @Test func `the tokenizer has the published number of parameters`() {
        let tokenizer = TokenizerConfiguration()
        let encoder = parameters(tokenizer.encoderTensors()) + parameters(tokenizer.unusedEncoderTensors())
        let decoder = parameters(tokenizer.decoderTensors()) + parameters(tokenizer.unusedDecoderTensors())
        #expect(encoder == 46_324_000 + 272)  // 272: quant_conv, which the published count of the encoder leaves out
        #expect(decoder == 66_147_968 + 272)
        #expect(encoder + decoder == 112_472_512)
        let unused = tokenizer.unusedEncoderTensors().merging(tokenizer.unusedDecoderTensors()) { $1 }
        #expect(parameters(unused) == 6_818_816)
        #expect(unused.keys.allSatisfy { $0.hasPrefix("encoder.down.1.down") || $0.hasPrefix("decoder.up.2.up") })
    }

    @Test func `the text encoder has the published number of parameters`() {
        #expect(parameters(TextConfiguration().tensors()) == 4_864_791_552)
    }

    @Test func `the proposed tiny model has the counts that were measured`() {
        var dit = TransformerConfiguration()
        (dit.width, dit.heads, dit.blocks, dit.loraRank, dit.textWidth) = (96, 3, 6, 24, 64)
        (dit.maxSize, dit.maxFrames) = ([32, 32], 16)
        #expect(parameters(dit.baseTensors()) == 1_076_064)
        var ctrl = ControlConfiguration()
        (ctrl.blocks, ctrl.hintChannels) = (2, 16)
        #expect(parameters(dit.controlTensors(ctrl)) + parameters(dit.unusedControlTensors()) == 490_272)
        var tokenizer = TokenizerConfiguration()
        (tokenizer.channels, tokenizer.multipliers) = (20, [1, 2, 2])
        let lists = [
            tokenizer.encoderTensors(), tokenizer.unusedEncoderTensors(), tokenizer.decoderTensors(),
            tokenizer.unusedDecoderTensors(),
        ]
        #expect(lists.map(parameters).reduce(0, +) == 882_720)
        var text = TextConfiguration()
        (text.width, text.layers, text.heads, text.headWidth, text.hiddenWidth) = (64, 2, 4, 16, 128)
        text.vocabulary = 256
        #expect(parameters(text.tensors()) == 82_368)
    }
}
