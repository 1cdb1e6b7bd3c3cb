import ArgumentParser
import Experiment
import Foundation
import Tensors
import TinyWorld
import Video

struct TinyWorldSheetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet",
        abstract: "Write one picture with the middle frames of clips, a row each.",
        discussion: """
            A row shows a clip in its six looks, or with --controls in its own look beside its controls.

              transferbench tinyworld sheet --domain household --count 5 --out sheet.png
            """)

    @OptionGroup var options: TinyWorldOptions
    @Flag(help: "Show the controls instead of the looks.")
    var controls = false
    @Option(help: ArgumentHelp("Pixels of the sheet for one of the clip.", valueName: "n"))
    var zoom = 2
    @Option(
        help: ArgumentHelp("The picture to write: .png or .jpg.", valueName: "file"),
        completion: .file())
    var out: String

    func validate() throws {
        if !(1...8).contains(zoom) {
            throw ValidationError("--zoom is \(zoom): give a number from 1 to 8")
        }
        if options.count > 50 {
            throw ValidationError("--count is \(options.count): a sheet shows up to 50 clips")
        }
        guard [".png", ".jpg"].contains(where: { out.lowercased().hasSuffix($0) }) else {
            throw ValidationError("--out \(out) does not end in .png or .jpg: give such a name")
        }
    }

    func run() throws {
        let requests = try options.requests()
        let path = try OutputPath.resolved(out, inputs: [])
        let looks = controls ? [0] : Array(0...ClipRenderer.variants)
        let rows = try requests.map { request in
            let clip = try ClipRenderer(request).render(looks: looks, pool: options.pool)
            for look in clip.looks { Terminal.note("\(request.id) \(look.number): \(look.caption)") }
            return controls ? ContactSheet.controls(clip) : ContactSheet.looks(clip)
        }
        try usableInput { try ContactSheet.picture(rows, zoom: zoom).write(to: path) }
    }
}
