-- +goose Up

-- Restricted files have a salt, a class and a ground. What an act erased keeps
-- its row with the number of the entry and nothing else: it is gone, and not
-- unknown. 0 is held.
ALTER TABLE juece_materials
    ADD COLUMN salt   BYTEA NOT NULL DEFAULT '',
    ADD COLUMN class  TEXT NOT NULL DEFAULT '',
    ADD COLUMN ground TEXT NOT NULL DEFAULT '',
    ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;

ALTER TABLE juece_opinions
    ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;
