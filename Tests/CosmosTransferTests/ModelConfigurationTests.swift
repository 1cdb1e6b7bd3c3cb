import CosmosTransfer
import Testing

@Suite struct ModelConfigurationTests {
    @Test func `the defaults are the sizes of the 7B model`() {
        let dit = TransformerConfiguration()
        #expect(dit.headWidth == 128)
        #expect(dit.patchInputs == 72)
        #expect(dit.patchOutputs == 64)
    }
}
