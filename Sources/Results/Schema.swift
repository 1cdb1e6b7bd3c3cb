internal import GRDB

/// The store's tables. Migrations are named and only ever added.
enum Schema {
    /// - Parameter folder: the store's real folder, as `StorePlace` has it.
    static func migrator(in folder: String) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2026-11 scores") { db in
            try db.execute(
                sql: """
                    CREATE TABLE environment (
                        id INTEGER PRIMARY KEY,
                        details TEXT NOT NULL UNIQUE       -- JSON object of versions and machine
                    );
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY,
                        identity TEXT NOT NULL UNIQUE,     -- of what it scores, not of when
                        name TEXT NOT NULL,
                        dataset TEXT NOT NULL,
                        profile TEXT NOT NULL,
                        parameters TEXT NOT NULL,          -- JSON object
                        metrics TEXT NOT NULL,             -- JSON array of metric descriptors, in table order
                        regions TEXT NOT NULL,             -- JSON array
                        environment_id INTEGER NOT NULL REFERENCES environment(id),
                        rejected TEXT NOT NULL,            -- JSON object: videos that could not be planned, by configuration
                        created_at TEXT NOT NULL,
                        finished_at TEXT
                    );
                    CREATE TABLE clip (
                        id INTEGER PRIMARY KEY,
                        identity TEXT NOT NULL UNIQUE,
                        name TEXT NOT NULL,
                        caption TEXT NOT NULL,
                        path TEXT NOT NULL,
                        sha256 TEXT NOT NULL,
                        width INTEGER, height INTEGER, rate REAL, declared_frames INTEGER
                    );
                    CREATE TABLE configuration (
                        id INTEGER PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE
                    );
                    CREATE TABLE trial (
                        id INTEGER PRIMARY KEY,
                        identity TEXT NOT NULL UNIQUE,
                        configuration_id INTEGER NOT NULL REFERENCES configuration(id),
                        clip_id INTEGER NOT NULL REFERENCES clip(id),
                        prompt TEXT NOT NULL,
                        path TEXT NOT NULL,
                        sha256 TEXT NOT NULL,
                        width INTEGER, height INTEGER, rate REAL, declared_frames INTEGER
                    );
                    CREATE TABLE run_trial (
                        run_id INTEGER NOT NULL REFERENCES run(id),
                        position INTEGER NOT NULL,
                        trial_id INTEGER NOT NULL REFERENCES trial(id),
                        fingerprint TEXT NOT NULL,         -- of everything that the trial's scores depend on
                        PRIMARY KEY (run_id, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE artifact (
                        path TEXT PRIMARY KEY,
                        bytes INTEGER NOT NULL,
                        stamp TEXT NOT NULL,               -- inode and times of change: while it stays, so does the hash
                        sha256 TEXT NOT NULL
                    ) WITHOUT ROWID;
                    CREATE TABLE score (
                        id INTEGER PRIMARY KEY,
                        fingerprint TEXT NOT NULL,
                        trial_id INTEGER NOT NULL REFERENCES trial(id),
                        metric TEXT NOT NULL,
                        metric_version INTEGER NOT NULL,
                        region TEXT NOT NULL,
                        profile TEXT NOT NULL,
                        parameters TEXT NOT NULL,          -- JSON object
                        value REAL,                        -- NULL when unscored
                        reason TEXT,                       -- why there is no value
                        n INTEGER NOT NULL,                -- frames
                        counts TEXT NOT NULL,              -- JSON object
                        warnings TEXT NOT NULL,            -- JSON array
                        per_frame BLOB NOT NULL,           -- little-endian float64, NaN where a frame has none
                        environment_id INTEGER NOT NULL REFERENCES environment(id),
                        UNIQUE (fingerprint, metric, region),
                        CHECK ((value IS NULL) <> (reason IS NULL)),
                        CHECK (typeof(value) IN ('real', 'null') AND typeof(n) = 'integer')
                    );
                    CREATE INDEX score_by_trial ON score(trial_id);
                    CREATE TABLE preview (
                        owner TEXT NOT NULL,               -- identity of a clip or trial
                        frame INTEGER NOT NULL,
                        jpeg BLOB NOT NULL,
                        PRIMARY KEY (owner, frame)
                    ) WITHOUT ROWID;
                    CREATE TABLE remark (                  -- what scoring a trial had to say, for every run that shows it
                        fingerprint TEXT NOT NULL,
                        kind TEXT NOT NULL CHECK (kind IN ('part-failure', 'warning')),
                        message TEXT NOT NULL,
                        PRIMARY KEY (fingerprint, kind, message)
                    ) WITHOUT ROWID;
                    CREATE TABLE event (                   -- what a run had to say about what it could not score
                        id INTEGER PRIMARY KEY,
                        run_id INTEGER NOT NULL REFERENCES run(id),
                        subject TEXT NOT NULL,             -- a file's path, or a configuration
                        kind TEXT NOT NULL CHECK (kind IN ('failure', 'warning')),
                        message TEXT NOT NULL,
                        at TEXT NOT NULL,
                        UNIQUE (run_id, subject, kind, message)
                    );
                    """)
        }
        migrator.registerMigration("2026-11 conditions") { db in
            try db.execute(
                sql: """
                    CREATE TABLE run_condition (
                        run_id INTEGER NOT NULL REFERENCES run(id),
                        position INTEGER NOT NULL,
                        configuration_id INTEGER NOT NULL REFERENCES configuration(id),
                        clip_id INTEGER NOT NULL REFERENCES clip(id),
                        videos INTEGER NOT NULL,
                        fingerprint TEXT NOT NULL,         -- of everything that the condition's scores depend on
                        PRIMARY KEY (run_id, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE condition_score (
                        id INTEGER PRIMARY KEY,
                        fingerprint TEXT NOT NULL,
                        metric TEXT NOT NULL,
                        metric_version INTEGER NOT NULL,
                        region TEXT NOT NULL,
                        profile TEXT NOT NULL,
                        parameters TEXT NOT NULL,          -- JSON object
                        value REAL,                        -- NULL when unscored
                        reason TEXT,                       -- why there is no value
                        n INTEGER NOT NULL,                -- frames
                        counts TEXT NOT NULL,              -- JSON object
                        warnings TEXT NOT NULL,            -- JSON array
                        per_frame BLOB NOT NULL,           -- little-endian float64, NaN where a frame has none
                        environment_id INTEGER NOT NULL REFERENCES environment(id),
                        UNIQUE (fingerprint, metric, region),
                        CHECK ((value IS NULL) <> (reason IS NULL)),
                        CHECK (typeof(value) IN ('real', 'null') AND typeof(n) = 'integer')
                    );
                    """)
        }
        migrator.registerMigration("2026-11 suites") { db in
            try db.execute(
                sql: """
                    ALTER TABLE run ADD COLUMN suite TEXT; -- JSON object: table layout, configurations in order; or NULL
                    CREATE TABLE generation (
                        id INTEGER PRIMARY KEY,
                        identity TEXT NOT NULL UNIQUE,     -- of everything that can change the pixels
                        configuration TEXT NOT NULL,
                        clip TEXT NOT NULL,                -- the clip's id in its dataset
                        prompt TEXT NOT NULL,              -- its label
                        seed INTEGER NOT NULL,
                        weights TEXT NOT NULL,             -- JSON object: a number, or fg and bg, by control
                        generator TEXT NOT NULL,
                        path TEXT NOT NULL,
                        bytes INTEGER NOT NULL,
                        sha256 TEXT NOT NULL,
                        seconds REAL,                      -- NULL when not known
                        environment_id INTEGER NOT NULL REFERENCES environment(id),
                        created_at TEXT NOT NULL,
                        CHECK (typeof(seed) = 'integer' AND typeof(bytes) = 'integer')
                    );
                    """)
        }
        migrator.registerMigration("2026-12 recipes") { db in
            try db.execute(
                sql: """
                    CREATE TABLE recipe (                  -- what all videos of a generator are made from
                        id INTEGER PRIMARY KEY,
                        parts TEXT NOT NULL UNIQUE         -- JSON array of objects: name, value, isContents
                    );
                    ALTER TABLE generation ADD COLUMN recipe_id INTEGER REFERENCES recipe(id); -- NULL when not known
                    ALTER TABLE generation ADD COLUMN parts TEXT; -- the trial's own, as in recipe; NULL when not known
                    ALTER TABLE generation ADD COLUMN adopted TEXT; -- identity under which the video was made, '' when not
                                                                    -- known; NULL when made under its own
                    """)
        }
        migrator.registerMigration("2026-12 origins") { db in
            try db.execute(
                sql: """
                    ALTER TABLE generation ADD COLUMN prompt_text TEXT; -- NULL where it was not recorded
                    ALTER TABLE generation ADD COLUMN settings TEXT;    -- JSON object of the generator's, as steps; or NULL
                    """)
        }
        migrator.registerMigration("2026-12 caveats") { db in
            // Of what was scored before, what was told as a warning: a perfect score of frames without depth.
            for table in ["score", "condition_score"] {
                try db.execute(
                    sql: """
                        ALTER TABLE \(table) ADD COLUMN caveats TEXT NOT NULL DEFAULT '[]'; -- JSON array: why tables mark the value
                        UPDATE \(table) SET caveats = '["some frames have no valid depth there, which counts as 0, a perfect score"]'
                        WHERE value IS NOT NULL AND warnings LIKE '%count as 0, a perfect score%';
                        """)
            }
        }
        migrator.registerMigration("2026-12 places") { db in
            try db.execute(
                sql: """
                    CREATE TABLE birthplace (folder TEXT NOT NULL); -- of the store: identities of runs have paths from there
                    INSERT INTO birthplace (folder) VALUES (:folder);
                    """, arguments: ["folder": folder])
            // Paths in the store's folder are relative from now on.
            for (table, column) in [
                ("clip", "path"), ("trial", "path"), ("generation", "path"), ("artifact", "path"), ("run", "dataset"),
                ("event", "subject"),
            ] {
                try db.execute(
                    sql: """
                        UPDATE \(table) SET \(column) = './' || substr(\(column), length(:folder) + 2)
                        WHERE substr(\(column), 1, length(:folder) + 1) = :folder || '/'
                        """, arguments: ["folder": folder])
            }
        }
        migrator.registerMigration("2026-12 races") { db in
            try db.execute(
                sql: """
                    CREATE TABLE race_look (
                        run_id INTEGER NOT NULL REFERENCES run(id),
                        look INTEGER NOT NULL,             -- from 1
                        clips INTEGER NOT NULL,            -- how many had been taken
                        in_play INTEGER NOT NULL,          -- configurations
                        hypotheses INTEGER NOT NULL,       -- that the error was shared among
                        budget REAL NOT NULL,              -- the error that the look may spend
                        PRIMARY KEY (run_id, look)
                    ) WITHOUT ROWID;
                    CREATE TABLE race_decision (
                        run_id INTEGER NOT NULL,
                        look INTEGER NOT NULL,
                        position INTEGER NOT NULL,
                        configuration TEXT NOT NULL,       -- that is dropped
                        better TEXT NOT NULL,              -- the configuration that it is dropped for
                        evidence TEXT NOT NULL,            -- JSON array by objective: difference, bound, level, p, clips
                        PRIMARY KEY (run_id, look, position),
                        UNIQUE (run_id, configuration),
                        FOREIGN KEY (run_id, look) REFERENCES race_look(run_id, look)
                    ) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2026-12 timings") { db in
            try db.execute(
                sql: """
                    CREATE TABLE timing (                  -- of one video in one repeat on one machine
                        run_id INTEGER NOT NULL REFERENCES run(id),
                        configuration TEXT NOT NULL,
                        clip TEXT NOT NULL,
                        prompt TEXT NOT NULL,              -- its label
                        seed INTEGER NOT NULL,
                        repeat INTEGER NOT NULL,           -- from 1
                        environment_id INTEGER NOT NULL REFERENCES environment(id),
                        position INTEGER NOT NULL,         -- in the order of the repeat
                        devices INTEGER NOT NULL,          -- threads, ranks or GPUs
                        metric TEXT NOT NULL,
                        value REAL,                        -- NULL where it could not be measured
                        reason TEXT,                       -- why not
                        measured_at TEXT NOT NULL,
                        PRIMARY KEY (run_id, configuration, clip, prompt, seed, repeat, environment_id, metric),
                        CHECK ((value IS NULL) <> (reason IS NULL)),
                        CHECK (typeof(value) IN ('real', 'null') AND typeof(seed) = 'integer')
                    ) WITHOUT ROWID;
                    """)
        }
        return migrator
    }
}
