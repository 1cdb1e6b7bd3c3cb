public import Experiment
import Foundation
internal import GRDB

/// The SQLite file that holds every clip, trial and score of a project (design: "The store").
///
/// One process writes at a time; it holds a lock file beside the store. Readers need no lock.
public final class Store: Sendable {
    /// What a process does with the store.
    public enum Access: Sendable {
        case read
        /// Waits up to so many seconds for another writer to end.
        case write(wait: Double)
    }

    public let path: String
    let database: any DatabaseWriter
    let place: StorePlace
    private let lock: StoreLock?

    public var isWritable: Bool { lock != nil }

    /// Opens a store; writing makes a new one where there is none.
    /// - Throws: `BenchError`: 65 when the file is no store, is newer than this program or may not be written, 75 when another
    ///   process writes to it.
    public convenience init(path: String, access: Access) throws(BenchError) {
        try self.init(path: path, access: access, migrator: Schema.migrator(in: StorePlace.folder(of: path)))
    }

    init(path: String, access: Access, migrator: DatabaseMigrator) throws(BenchError) {
        self.path = path
        var isFolder: ObjCBool = false
        guard !path.isEmpty, !path.hasPrefix(":"),
            !(FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue)
        else { throw BenchError(.unusableInput, "'\(path)' is no file to keep results in; name a file with --store") }
        switch access {
        case .read:
            guard FileManager.default.fileExists(atPath: path) else {
                throw BenchError(
                    .unusableInput, "\(path) does not exist; score a folder first, or name another --store")
            }
            lock = nil
        case .write(let wait):
            lock = try StoreLock(store: path, wait: wait)
        }
        let database: any DatabaseWriter = try StoreError.sentence(path) {
            try Store.examine(path, access: access, migrator: migrator)
            switch access {
            case .read:
                let reader = try Store.reader(path)
                if try reader.read({ db in try migrator.hasCompletedMigrations(db) }) { return reader }
                // A store of an older version stays as it is: what is read is a copy that is brought up to date.
                let copy = try DatabaseQueue()
                try reader.backup(to: copy)
                try migrator.migrate(copy)
                return copy
            case .write:
                var configuration = GRDB.Configuration()
                configuration.busyMode = .timeout(10)
                let pool = try DatabasePool(path: path, configuration: configuration)
                try migrator.migrate(pool)
                // Asks for the right to write now, not after minutes of scoring.
                try pool.write { db in try db.execute(sql: "UPDATE run SET name = name WHERE 0") }
                return pool
            }
        }
        self.database = database
        place = try StoreError.sentence(path) {
            try database.read { db in try StorePlace(folder: StorePlace.folder(of: path), db) }
        }
    }

    /// Looks before anything is written: a file that is not ours stays as it is.
    private static func examine(_ path: String, access: Access, migrator: DatabaseMigrator) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = (attributes?[.size] as? NSNumber)?.intValue, size > 0 else {
            if case .read = access { throw BenchError(.unusableInput, "\(path) is empty; score into it first") }
            return
        }
        try reader(path).read { db in
            // No table at all: a process was killed while it made the store.
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard try tables == 0 || db.tableExists("grdb_migrations") else {
                throw BenchError(.unusableInput, "\(path) is not a transferbench store; name another --store")
            }
            if try migrator.hasBeenSuperseded(db) {
                throw BenchError(
                    .unusableInput,
                    "\(path) was written by a newer transferbench; update this program, or name another --store")
            }
            if case .read = access, tables == 0 {
                throw BenchError(.unusableInput, "\(path) is empty; score into it first")
            }
        }
    }

    /// A connection that changes nothing, also where the store's folder may not be written.
    static func reader(_ path: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        do { return try DatabaseQueue(path: path, configuration: configuration) } catch let error as DatabaseError {
            let isQuiet = !FileManager.default.fileExists(atPath: path + "-wal")
            guard error.resultCode == .SQLITE_CANTOPEN && isQuiet || error.resultCode == .SQLITE_READONLY else {
                throw error
            }
        }
        // Without leave to make its side files SQLite opens a store only when told that nobody changes it; and so it does beside a
        // journal that it may not roll back: that of a process which was killed while it made the store.
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        return try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
    }

    /// Reads inside one snapshot.
    func read<T>(_ body: (Database) throws -> T) throws(BenchError) -> T {
        try StoreError.sentence(path) { try database.read(body) }
    }

    /// Writes in one transaction: all of it, or nothing.
    func write<T>(_ body: (Database) throws -> T) throws(BenchError) -> T {
        try StoreError.sentence(path) { try database.write(body) }
    }

    /// Version of the SQLite library.
    public static var sqliteVersion: String {
        (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }) ?? "unknown"
    }
}

/// Turns SQLite's errors into sentences with a remedy.
enum StoreError {
    static func sentence<T>(_ path: String, _ body: () throws -> T) throws(BenchError) -> T {
        do { return try body() } catch let error as BenchError {
            throw error
        } catch let error as DatabaseError {
            throw translate(error, path)
        } catch is DecodingError {
            throw damaged(path)
        } catch is RowDecodingError {
            throw damaged(path)
        } catch {
            throw BenchError(.bug, "\(path): \(error)")
        }
    }

    private static func damaged(_ path: String) -> BenchError {
        BenchError(
            .unusableInput,
            "\(path) is not a transferbench store, or is damaged; restore a copy or name another --store")
    }

    private static func translate(_ error: DatabaseError, _ path: String) -> BenchError {
        switch error.resultCode.primaryResultCode {
        case .SQLITE_FULL:
            BenchError(
                .missing,
                "the disk that holds \(path) is full; free space and run the same command again: what was scored is kept"
            )
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            BenchError(
                .unusableInput,
                "\(path) cannot be opened as a store; change its permissions or its folder's, or name another --store")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: damaged(path)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            BenchError(
                .tryAgain, "\(path) is in use by another process; run the same command again when that has ended")
        case .SQLITE_IOERR:
            BenchError(
                .missing,
                "\(path) cannot be written or read (\(error.message ?? "input/output error")); check the disk, then run the same command again"
            )
        default: BenchError(.bug, "\(path): \(error)")
        }
    }
}
