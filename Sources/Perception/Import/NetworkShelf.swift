public import Experiment
internal import Foundation

/// The networks that folders hold.
public struct NetworkShelf: Sendable {
    /// A folder that is, or was meant to be, a network.
    public struct Entry: Sendable {
        public let path: String
        /// The network, or the sentence that says why it is none.
        public let network: Result<NetworkFolder, BenchError>

        /// Bytes of the files that its card names.
        public var bytes: Int {
            guard case .success(let folder) = network else { return 0 }
            return folder.card.files.reduce(0) { total, file in
                let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path + "/" + file.file)
                return total + (attributes?[.size] as? Int ?? 0)
            }
        }
    }

    /// In the order of their names.
    public let entries: [Entry]

    /// A network's own folder, or a folder of such folders. Folders in it without a card are passed over, as are hidden ones.
    /// - Throws: `BenchError` 65, when there is no such folder.
    public init(path: String) throws(BenchError) {
        let card = "/" + NetworkFolder.cardName
        guard !FileManager.default.fileExists(atPath: path + card) else {
            entries = [Entry(opening: path)]
            return
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw BenchError(.unusableInput, "\(path) cannot be read (\(error.localizedDescription)); check its name")
        }
        entries = names.sorted().filter { !$0.hasPrefix(".") }.map { path + "/" + $0 }
            .filter { FileManager.default.fileExists(atPath: $0 + card) }.map { Entry(opening: $0) }
    }
}

extension NetworkShelf.Entry {
    init(opening path: String) {
        self.path = path
        do throws(BenchError) { network = .success(try NetworkFolder(path: path)) } catch { network = .failure(error) }
    }
}
