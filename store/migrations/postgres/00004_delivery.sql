-- +goose Up

-- Events go out to subscribers (docs/events.md). routed is 1 once every
-- subscriber that asks for the event has its row of juece_deliveries; what was
-- recorded before is still to be routed. The append knows nothing of it.
ALTER TABLE juece_outbox ADD COLUMN routed SMALLINT NOT NULL DEFAULT 0;

CREATE INDEX juece_outbox_unrouted ON juece_outbox (decision_id, seq, event_id) WHERE routed = 0;

-- What each subscriber has been told, and what it waits for. Of the rows that
-- wait, only the first of a decision and subscriber is attempted.
CREATE TABLE juece_deliveries (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    event_id    TEXT COLLATE "C" NOT NULL CHECK (event_id <> ''),
    subscriber  TEXT COLLATE "C" NOT NULL CHECK (subscriber <> ''),
    seq         BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    next_at     BIGINT NOT NULL,
    settled_at  BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (decision_id, event_id, subscriber)
);

CREATE INDEX juece_deliveries_due ON juece_deliveries (subscriber, next_at, decision_id) WHERE state = 'waiting';
CREATE INDEX juece_deliveries_order ON juece_deliveries (decision_id, subscriber, seq, event_id) WHERE state = 'waiting';
CREATE INDEX juece_deliveries_open ON juece_deliveries (decision_id, seq, event_id, subscriber) WHERE state <> 'done';

-- Reminders that were given: one of a type for a task and its due day.
CREATE TABLE juece_reminders (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    task_key    TEXT COLLATE "C" NOT NULL,
    due         TEXT COLLATE "C" NOT NULL CHECK (due <> ''),
    type        TEXT COLLATE "C" NOT NULL CHECK (type <> ''),
    event_id    TEXT NOT NULL,
    PRIMARY KEY (decision_id, task_key, due, type)
);

CREATE INDEX juece_tasks_by_due ON juece_tasks (due, decision_id, task_key) WHERE undated = 0;

-- Subscribers by name: how they were configured last, and whether they said
-- that they are gone. disabled_at is 0 for one that is not.
CREATE TABLE juece_subscribers (
    name        TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    fingerprint TEXT NOT NULL,
    disabled_at BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (name)
);
