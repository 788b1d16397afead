-- +goose Up

-- The same tables as on PostgreSQL; the reasons stand there.

CREATE TABLE juece_unsealed (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (decision_id, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
SELECT e.decision_id, e.seq, e.digest, COALESCE(
    CASE WHEN json_valid(CAST(e.data AS TEXT)) THEN
        CAST(strftime('%s', CAST(e.data AS TEXT) ->> '$.recorded_at') AS INTEGER) * 1000000
            + CAST(substr(CAST(e.data AS TEXT) ->> '$.recorded_at', 21, 6) AS INTEGER)
    END,
    d.created_at, 0)
FROM juece_entries AS e
LEFT JOIN juece_decisions AS d ON d.decision_id = e.decision_id;

CREATE TABLE juece_log_leaves (
    log      TEXT NOT NULL CHECK (log <> ''),
    position INTEGER NOT NULL CHECK (position >= 0),
    leaf     TEXT NOT NULL,
    is_key   INTEGER NOT NULL CHECK (is_key IN (0, 1)),
    PRIMARY KEY (log, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX juece_log_leaves_keys ON juece_log_leaves (log, position) WHERE is_key = 1;

CREATE TABLE juece_log_hashes (
    log  TEXT NOT NULL,
    idx  INTEGER NOT NULL CHECK (idx >= 0),
    hash TEXT NOT NULL,
    PRIMARY KEY (log, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE juece_log_checkpoints (
    log       TEXT NOT NULL,
    size      INTEGER NOT NULL CHECK (size >= 1),
    root      TEXT NOT NULL,
    note      BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (log, size)
) STRICT;

CREATE TABLE juece_log_cosignatures (
    log      TEXT NOT NULL,
    size     INTEGER NOT NULL,
    cosigner TEXT NOT NULL CHECK (cosigner <> ''),
    line     BLOB NOT NULL,
    PRIMARY KEY (log, size, cosigner)
) STRICT;

CREATE TABLE juece_log_positions (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    log         TEXT NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    position    INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (decision_id, log, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE juece_leases (
    name       TEXT NOT NULL CHECK (name <> ''),
    holder     TEXT NOT NULL CHECK (holder <> ''),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER juece_log_leaves_no_update BEFORE UPDATE ON juece_log_leaves
BEGIN SELECT RAISE(ABORT, 'juece_log_leaves is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_leaves_no_delete BEFORE DELETE ON juece_log_leaves
BEGIN SELECT RAISE(ABORT, 'juece_log_leaves is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_hashes_no_update BEFORE UPDATE ON juece_log_hashes
BEGIN SELECT RAISE(ABORT, 'juece_log_hashes is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_hashes_no_delete BEFORE DELETE ON juece_log_hashes
BEGIN SELECT RAISE(ABORT, 'juece_log_hashes is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_checkpoints_no_update BEFORE UPDATE ON juece_log_checkpoints
BEGIN SELECT RAISE(ABORT, 'juece_log_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_checkpoints_no_delete BEFORE DELETE ON juece_log_checkpoints
BEGIN SELECT RAISE(ABORT, 'juece_log_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_cosignatures_no_update BEFORE UPDATE ON juece_log_cosignatures
BEGIN SELECT RAISE(ABORT, 'juece_log_cosignatures is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_cosignatures_no_delete BEFORE DELETE ON juece_log_cosignatures
BEGIN SELECT RAISE(ABORT, 'juece_log_cosignatures is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_positions_no_update BEFORE UPDATE ON juece_log_positions
BEGIN SELECT RAISE(ABORT, 'juece_log_positions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_positions_no_delete BEFORE DELETE ON juece_log_positions
BEGIN SELECT RAISE(ABORT, 'juece_log_positions is append-only'); END;
-- +goose StatementEnd

-- INSERT OR REPLACE deletes what stood there without asking the triggers
-- above; these come before it.
-- +goose StatementBegin
CREATE TRIGGER juece_entries_no_replace BEFORE INSERT ON juece_entries
WHEN EXISTS (SELECT 1 FROM juece_entries WHERE decision_id = NEW.decision_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'juece_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_opinion_positions_no_replace BEFORE INSERT ON juece_opinion_positions
WHEN EXISTS (SELECT 1 FROM juece_opinion_positions WHERE decision_id = NEW.decision_id AND (position = NEW.position OR opinion_id = NEW.opinion_id))
BEGIN SELECT RAISE(IGNORE); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_leaves_no_replace BEFORE INSERT ON juece_log_leaves
WHEN EXISTS (SELECT 1 FROM juece_log_leaves WHERE log = NEW.log AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'juece_log_leaves is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_hashes_no_replace BEFORE INSERT ON juece_log_hashes
WHEN EXISTS (SELECT 1 FROM juece_log_hashes WHERE log = NEW.log AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'juece_log_hashes is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_checkpoints_no_replace BEFORE INSERT ON juece_log_checkpoints
WHEN EXISTS (SELECT 1 FROM juece_log_checkpoints WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'juece_log_checkpoints is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_positions_no_replace BEFORE INSERT ON juece_log_positions
WHEN EXISTS (SELECT 1 FROM juece_log_positions WHERE decision_id = NEW.decision_id AND log = NEW.log AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'juece_log_positions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_log_cosignatures_no_replace BEFORE INSERT ON juece_log_cosignatures
WHEN EXISTS (SELECT 1 FROM juece_log_cosignatures WHERE log = NEW.log AND size = NEW.size AND cosigner = NEW.cosigner)
BEGIN SELECT RAISE(IGNORE); END;
-- +goose StatementEnd
