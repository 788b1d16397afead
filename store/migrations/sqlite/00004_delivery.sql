-- +goose Up

-- The same tables as on PostgreSQL; the reasons stand there.

ALTER TABLE juece_outbox ADD COLUMN routed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX juece_outbox_unrouted ON juece_outbox (decision_id, seq, event_id) WHERE routed = 0;

CREATE TABLE juece_deliveries (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    event_id    TEXT NOT NULL CHECK (event_id <> ''),
    subscriber  TEXT NOT NULL CHECK (subscriber <> ''),
    seq         INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    next_at     INTEGER NOT NULL,
    settled_at  INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (decision_id, event_id, subscriber)
) STRICT;

CREATE INDEX juece_deliveries_due ON juece_deliveries (subscriber, next_at, decision_id) WHERE state = 'waiting';
CREATE INDEX juece_deliveries_order ON juece_deliveries (decision_id, subscriber, seq, event_id) WHERE state = 'waiting';
CREATE INDEX juece_deliveries_open ON juece_deliveries (decision_id, seq, event_id, subscriber) WHERE state <> 'done';

CREATE TABLE juece_reminders (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    task_key    TEXT NOT NULL,
    due         TEXT NOT NULL CHECK (due <> ''),
    type        TEXT NOT NULL CHECK (type <> ''),
    event_id    TEXT NOT NULL,
    PRIMARY KEY (decision_id, task_key, due, type)
) STRICT;

CREATE INDEX juece_tasks_by_due ON juece_tasks (due, decision_id, task_key) WHERE undated = 0;

CREATE TABLE juece_subscribers (
    name        TEXT NOT NULL CHECK (name <> ''),
    fingerprint TEXT NOT NULL,
    disabled_at INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT;
