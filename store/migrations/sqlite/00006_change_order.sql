-- +goose Up

-- The same indexes as on PostgreSQL; the reasons stand there.

CREATE INDEX juece_decisions_by_organ_change ON juece_decisions (organ, updated_at, decision_id);
CREATE INDEX juece_decisions_by_change ON juece_decisions (updated_at, decision_id);
