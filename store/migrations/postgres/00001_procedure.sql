-- +goose Up

-- Every table is keyed by the decision, so that each can be distributed by
-- it; no key and no reference crosses decisions. Identifiers collate by their
-- bytes, so that pages have one order on every server and every engine.
-- Instants are microseconds UTC. A day is text, '' when it is not known.

-- The state row: the lock that orders the acts of one decision, and what
-- lists need. Everything in it can be rebuilt from the entries. The spare room
-- in a page lets an act rewrite the row without touching an index.
CREATE TABLE juece_decisions (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    version     BIGINT NOT NULL CHECK (version >= 1),
    head        TEXT NOT NULL CHECK (head <> ''),
    stage       TEXT NOT NULL,
    title       TEXT NOT NULL,
    organ       TEXT NOT NULL,
    lead_unit   TEXT NOT NULL,
    pack        TEXT NOT NULL,
    pack_name   TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (decision_id)
) WITH (fillfactor = 85);

CREATE INDEX juece_decisions_by_organ_stage ON juece_decisions (organ, stage, decision_id);
CREATE INDEX juece_decisions_by_organ ON juece_decisions (organ, decision_id);
CREATE INDEX juece_decisions_by_lead_unit ON juece_decisions (lead_unit, decision_id);

-- The history. The primary key is the fence: two acts never get one number.
-- The bytes are those that were hashed; BYTEA keeps them whatever the encoding
-- of the server. Read them with convert_from(data, 'UTF8').
CREATE TABLE juece_entries (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    data        BYTEA NOT NULL,
    digest      TEXT NOT NULL CHECK (digest <> ''),
    PRIMARY KEY (decision_id, seq)
);

-- Open tasks, and no others. undated is 1 when no day is set, so that such a
-- task sorts after every day.
CREATE TABLE juece_tasks (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    task_key    TEXT COLLATE "C" NOT NULL,
    act         TEXT NOT NULL,
    rule        TEXT NOT NULL,
    role        TEXT NOT NULL,
    unit        TEXT NOT NULL,
    organ       TEXT NOT NULL,
    undated     SMALLINT NOT NULL,
    due         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (decision_id, task_key),
    CHECK (undated = CASE WHEN due = '' THEN 1 ELSE 0 END)
);

CREATE INDEX juece_tasks_by_unit_role ON juece_tasks (unit, role, undated, due, decision_id, task_key);
CREATE INDEX juece_tasks_by_organ ON juece_tasks (organ, undated, due, decision_id, task_key);

-- The intake register. Rows are added and never numbered here: the number is
-- given by the act that commits to the opinion.
CREATE TABLE juece_opinions (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    opinion_id  TEXT COLLATE "C" NOT NULL CHECK (opinion_id <> ''),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    body        BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (decision_id, opinion_id)
);

CREATE TABLE juece_opinion_positions (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    position    BIGINT NOT NULL CHECK (position >= 1),
    opinion_id  TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (decision_id, position),
    UNIQUE (decision_id, opinion_id)
);

CREATE TABLE juece_materials (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    digest      TEXT COLLATE "C" NOT NULL CHECK (digest <> ''),
    media_type  TEXT NOT NULL,
    name        TEXT NOT NULL,
    content     BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (decision_id, digest)
);

CREATE TABLE juece_idempotency (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    actor       TEXT NOT NULL,
    use_key     TEXT NOT NULL CHECK (use_key <> ''),
    request     TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (decision_id, actor, use_key)
);

CREATE TABLE juece_outbox (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    event_id    TEXT COLLATE "C" NOT NULL CHECK (event_id <> ''),
    seq         BIGINT NOT NULL,
    type        TEXT NOT NULL,
    body        BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (decision_id, event_id)
);

-- Attempts that were refused. They are no part of the history, and the
-- decision need not exist.
CREATE TABLE juece_refusals (
    decision_id TEXT COLLATE "C" NOT NULL,
    refusal_id  TEXT COLLATE "C" NOT NULL CHECK (refusal_id <> ''),
    kind        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    code        TEXT NOT NULL,
    findings    BYTEA NOT NULL,
    refused_at  BIGINT NOT NULL,
    PRIMARY KEY (decision_id, refusal_id)
);

-- A second lock on the door: the program never changes these rows, and where
-- the engine takes triggers nobody does so by accident. Citus refuses triggers
-- on distributed tables; there the grants alone say INSERT and SELECT.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        CREATE FUNCTION juece_append_only() RETURNS trigger LANGUAGE plpgsql AS $f$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END
        $f$;
        CREATE TRIGGER juece_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON juece_entries
            FOR EACH STATEMENT EXECUTE FUNCTION juece_append_only();
        CREATE TRIGGER juece_opinion_positions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON juece_opinion_positions
            FOR EACH STATEMENT EXECUTE FUNCTION juece_append_only();
    END IF;
END
$$;
-- +goose StatementEnd
