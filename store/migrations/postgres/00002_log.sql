-- +goose Up

-- The log of digests: every entry becomes one leaf of a Merkle tree (RFC 6962)
-- whose root is signed again and again (docs/database.md). Tables of the log
-- are keyed by it, the queue and the positions by the decision, so that an
-- append touches nothing that other decisions touch.

-- Entries that no checkpoint covers yet: one row added by each append, and
-- removed by the sealing. What comes and goes is vacuumed soon.
CREATE TABLE juece_unsealed (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (decision_id, seq)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- What was recorded before there was a log. The first recorded_at of an entry
-- is the envelope's own: before it stand only strings, in which a quotation
-- mark is escaped.
INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at)
SELECT e.decision_id, e.seq, e.digest, COALESCE(
    CAST(EXTRACT(EPOCH FROM CAST(substring(convert_from(e.data, 'UTF8') FROM '"recorded_at":"([0-9T:.-]+Z)"') AS TIMESTAMPTZ)) * 1000000 AS BIGINT),
    d.created_at, 0)
FROM juece_entries AS e
LEFT JOIN juece_decisions AS d ON d.decision_id = e.decision_id;

-- The leaves. The primary key is the fence of the log: two sealings never get
-- one position. is_key marks the few that add or retire a key.
CREATE TABLE juece_log_leaves (
    log      TEXT COLLATE "C" NOT NULL CHECK (log <> ''),
    position BIGINT NOT NULL CHECK (position >= 0),
    leaf     TEXT NOT NULL,
    is_key   SMALLINT NOT NULL CHECK (is_key IN (0, 1)),
    PRIMARY KEY (log, position)
);

CREATE INDEX juece_log_leaves_keys ON juece_log_leaves (log, position) WHERE is_key = 1;

-- The hashes of the tree by their storage index (golang.org/x/mod/sumdb/tlog),
-- in base64.
CREATE TABLE juece_log_hashes (
    log  TEXT COLLATE "C" NOT NULL,
    idx  BIGINT NOT NULL CHECK (idx >= 0),
    hash TEXT NOT NULL,
    PRIMARY KEY (log, idx)
);

-- The signed notes, verbatim.
CREATE TABLE juece_log_checkpoints (
    log       TEXT COLLATE "C" NOT NULL,
    size      BIGINT NOT NULL CHECK (size >= 1),
    root      TEXT NOT NULL,
    note      BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (log, size)
);

-- Signature lines of witnesses, one of each key for a checkpoint.
CREATE TABLE juece_log_cosignatures (
    log      TEXT COLLATE "C" NOT NULL,
    size     BIGINT NOT NULL,
    cosigner TEXT COLLATE "C" NOT NULL CHECK (cosigner <> ''),
    line     BYTEA NOT NULL,
    PRIMARY KEY (log, size, cosigner)
);

-- Where an entry stands in the log; the key lets no entry stand there twice.
CREATE TABLE juece_log_positions (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    log         TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    position    BIGINT NOT NULL CHECK (position >= 0),
    PRIMARY KEY (decision_id, log, seq)
);

-- Who does a thing that one replica does for all, and until when. Nothing
-- rests on it but that work is not done in vain.
CREATE TABLE juece_leases (
    name       TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    holder     TEXT NOT NULL CHECK (holder <> ''),
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name)
);

-- +goose StatementBegin
DO $$
DECLARE
    kept TEXT;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        FOREACH kept IN ARRAY ARRAY['juece_log_leaves', 'juece_log_hashes', 'juece_log_checkpoints', 'juece_log_cosignatures', 'juece_log_positions'] LOOP
            EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION juece_append_only()', kept || '_append_only', kept);
        END LOOP;
    END IF;
END
$$;
-- +goose StatementEnd
