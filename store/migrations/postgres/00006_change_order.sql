-- +goose Up

-- The streams of entries ask every second which decisions of an organ, or of
-- all organs, were recorded upon since a moment. Every act moves its row to the
-- end of these indexes, which is what they cost: the row can no longer be
-- rewritten without touching an index (docs/database.md has the figures).
CREATE INDEX juece_decisions_by_organ_change ON juece_decisions (organ, updated_at, decision_id);
CREATE INDEX juece_decisions_by_change ON juece_decisions (updated_at, decision_id);
