import ArgumentParser
import CosmosTransfer
import Experiment
import Foundation
import Tensors

struct DenoiseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "denoise",
        abstract: "Run the network once on raw tensors, to hold it against another implementation.",
        discussion: """
            Example:

              transferbench denoise --weights DIR --inputs in.safetensors --output out.safetensors

            The inputs hold tensors of any floating-point type by these names:

              x               [B, C, t, h, w]: latents, multiplied by c_in
              c_noise         [B]: a quarter of ln sigma
              text            [B, M, width]: rows past a prompt's end are zero
              condition_mask  [B or 1, 1, t, h, w]; zeros when absent
              padding_mask    [B or 1, 1, H, W], any resolution; zeros when absent
              fps             [1]; 24 when absent
              hint.CONTROL    [B, C, t, h, w], one for every control taking part
              weight.CONTROL  one number, one a sample [B], or a map: of tokens
                              [t, h/2, w/2] or [B, t, h/2, w/2], or of pixels
                              [H, W], [T, H, W] or [B, T, H, W]
              text.region.R   [B, M, width], R from 0
              region_mask.R   [t, h/2, w/2]: above 0.5 inside

            Weights are used as they are, not divided by their sum. The output holds out [B, C, t, h, w] and, with \
            --observe, residual.J (what all branches add after base block J) and block.J (the activation after it), \
            [B, t, h/2, w/2, D].
            """)

    @Option(help: ArgumentHelp("Folder of the model's weights.", valueName: "dir"), completion: .directory)
    var weights: String
    @Option(help: ArgumentHelp("Raw tensors: .safetensors, .pt.", valueName: "file"), completion: .file())
    var inputs: String
    @Option(help: ArgumentHelp("Where the result goes.", valueName: "file.safetensors"), completion: .file())
    var output: String
    @Flag(help: "Also write the residuals and the activations of all blocks.")
    var observe = false
    @OptionGroup var engine: EngineOptions

    func run() throws {
        let output = try OutputPath.resolved(output, inputs: [inputs])
        Interrupt.install("interrupted; the result is not written")
        let folder = try WeightsFolder(path: weights)
        let evaluation = try RawEvaluation(usableInput { try TensorFile.read(path: inputs) })
        let network = try TransferNetwork(folder, controls: evaluation.controls)
        var results: [String: Tensor] = [:]
        results["out"] = try engine.measure("evaluation") {
            try evaluation.run(
                on: network, temporal: folder.configuration.tokenizer?.temporalCompression ?? 8, pool: engine.pool,
                observe: observe ? { results[$0] = $1 } : nil)
        }
        try usableInput { try SafetensorsWriter.write(results, to: output) }
        let controls = evaluation.controls.isEmpty ? "no controls" : evaluation.controls.joined(separator: ", ")
        Terminal.note("Wrote \(output) (\(results.count == 1 ? "out" : "\(results.count) tensors"); \(controls))")
    }
}
