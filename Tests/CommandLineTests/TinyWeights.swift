import Foundation
import TestSupport

/// Random weights of a small model, as the program makes them.
enum TinyWeights {
    private static let configuration = """
        {"dit":{"D":24,"heads":2,"blocks":2,"lora_rank":4,"text_dim":8,"max_hw":[16,16],"max_t":4},
         "ctrl":{"blocks":1,"hint_channels":16,"names":["vis","edge"]},
         "tokenizer":{"channels":4,"multipliers":[1,1,1],"res_blocks":1},
         "text":{"d_model":8,"layers":1,"heads":2,"d_kv":4,"d_ff":16,"vocab":384,"tokens":16},
         "sampler":{"n":2},"clip":{"frames":9,"h":32,"w":48}}
        """

    /// Makes the folder `w`.
    static func make(in folder: TemporaryFolder) throws {
        try folder.write(configuration, to: "config.json")
        let made = try program.run(["models", "random", "w", "--config", "config.json"], in: folder)
        guard made.status == 0 else { throw Failure(errors: made.errors) }
        try FileManager.default.copyItem(
            atPath: Places.repository.path + "/Fixtures/references/text/small/spiece.model",
            toPath: folder.file("w/spiece.model"))
    }

    struct Failure: Error { let errors: String }
}
