import Experiment
import Suites
import Testing

@Suite struct FolderNameTests {
    @Test(arguments: [
        ("Vis", "Vis"), ("No Vis", "No_Vis"), ("FG vis+edge / BG depth+seg", "FG_vis+edge_BG_depth+seg"),
        ("../../etc", "etc"), (".hidden", "hidden"), ("-rf", "rf"), ("a/../b", "a_.._b"), ("vis=0.5,bg", "vis=0.5,bg"),
        ("\u{65}\u{301}dge", "\u{e9}dge"), ("边缘", "边缘"), ("..", ""), (" / ", ""), ("a\\b\0c", "a_b_c"),
    ])
    func `a configuration's folder has a plain name`(name: String, folder: String) {
        let made = WeightedConfiguration(name: name, weights: []).folderName
        #expect(made == folder)
        #expect(Array(made.utf8) == Array(folder.utf8))
        #expect(WeightedConfiguration(name: made, weights: []).folderName == made)
    }
}
