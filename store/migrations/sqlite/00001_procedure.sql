-- +goose Up

-- The same tables as on PostgreSQL; the reasons stand there. Text compares by
-- its bytes here without being told.

CREATE TABLE juece_decisions (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    version     INTEGER NOT NULL CHECK (version >= 1),
    head        TEXT NOT NULL CHECK (head <> ''),
    stage       TEXT NOT NULL,
    title       TEXT NOT NULL,
    organ       TEXT NOT NULL,
    lead_unit   TEXT NOT NULL,
    pack        TEXT NOT NULL,
    pack_name   TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (decision_id)
) STRICT;

CREATE INDEX juece_decisions_by_organ_stage ON juece_decisions (organ, stage, decision_id);
CREATE INDEX juece_decisions_by_organ ON juece_decisions (organ, decision_id);
CREATE INDEX juece_decisions_by_lead_unit ON juece_decisions (lead_unit, decision_id);

CREATE TABLE juece_entries (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    data        BLOB NOT NULL,
    digest      TEXT NOT NULL CHECK (digest <> ''),
    PRIMARY KEY (decision_id, seq)
) STRICT;

CREATE TABLE juece_tasks (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    task_key    TEXT NOT NULL,
    act         TEXT NOT NULL,
    rule        TEXT NOT NULL,
    role        TEXT NOT NULL,
    unit        TEXT NOT NULL,
    organ       TEXT NOT NULL,
    undated     INTEGER NOT NULL,
    due         TEXT NOT NULL,
    PRIMARY KEY (decision_id, task_key),
    CHECK (undated = CASE WHEN due = '' THEN 1 ELSE 0 END)
) STRICT;

CREATE INDEX juece_tasks_by_unit_role ON juece_tasks (unit, role, undated, due, decision_id, task_key);
CREATE INDEX juece_tasks_by_organ ON juece_tasks (organ, undated, due, decision_id, task_key);

CREATE TABLE juece_opinions (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    opinion_id  TEXT NOT NULL CHECK (opinion_id <> ''),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    body        BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (decision_id, opinion_id)
) STRICT;

CREATE TABLE juece_opinion_positions (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    position    INTEGER NOT NULL CHECK (position >= 1),
    opinion_id  TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (decision_id, position),
    UNIQUE (decision_id, opinion_id)
) STRICT;

CREATE TABLE juece_materials (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    media_type  TEXT NOT NULL,
    name        TEXT NOT NULL,
    content     BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (decision_id, digest)
) STRICT;

CREATE TABLE juece_idempotency (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    actor       TEXT NOT NULL,
    use_key     TEXT NOT NULL CHECK (use_key <> ''),
    request     TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (decision_id, actor, use_key)
) STRICT;

CREATE TABLE juece_outbox (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    event_id    TEXT NOT NULL CHECK (event_id <> ''),
    seq         INTEGER NOT NULL,
    type        TEXT NOT NULL,
    body        BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (decision_id, event_id)
) STRICT;

CREATE TABLE juece_refusals (
    decision_id TEXT NOT NULL,
    refusal_id  TEXT NOT NULL CHECK (refusal_id <> ''),
    kind        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    code        TEXT NOT NULL,
    findings    BLOB NOT NULL,
    refused_at  INTEGER NOT NULL,
    PRIMARY KEY (decision_id, refusal_id)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER juece_entries_no_update BEFORE UPDATE ON juece_entries
BEGIN SELECT RAISE(ABORT, 'juece_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_entries_no_delete BEFORE DELETE ON juece_entries
BEGIN SELECT RAISE(ABORT, 'juece_entries is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_opinion_positions_no_update BEFORE UPDATE ON juece_opinion_positions
BEGIN SELECT RAISE(ABORT, 'juece_opinion_positions is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER juece_opinion_positions_no_delete BEFORE DELETE ON juece_opinion_positions
BEGIN SELECT RAISE(ABORT, 'juece_opinion_positions is append-only'); END;
-- +goose StatementEnd
