public import Experiment
import Foundation
internal import GRDB

extension Store {
    /// The store of a folder, for commands that are not told one.
    /// - Returns: the path of the folder's only store, as a name where the folder is the working one.
    /// - Throws: `BenchError`: 65 where there is none, 64 with their names where there are several.
    public static func only(in folder: String = ".") throws(BenchError) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.lowercased().hasSuffix(".sqlite") && isStore(folder == "." ? $0 : folder + "/" + $0) }.sorted()
        switch names.count {
        case 0:
            throw BenchError(
                .unusableInput,
                "this folder holds no store; score a folder or run a suite first, or name a store with --store")
        case 1: return folder == "." ? names[0] : folder + "/" + names[0]
        default:
            throw BenchError(
                .usage,
                "this folder holds \(names.count) stores: \(names.joined(separator: ", ")); name one with --store")
        }
    }

    /// Whether a file is a store that has tables.
    private static func isStore(_ path: String) -> Bool {
        let tables = try? reader(path).read { db in
            try db.tableExists("grdb_migrations") && db.tableExists("run_trial")
        }
        return tables ?? false
    }
}
