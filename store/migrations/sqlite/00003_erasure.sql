-- +goose Up

-- The same columns as on PostgreSQL; the reasons stand there.

ALTER TABLE juece_materials ADD COLUMN salt BLOB NOT NULL DEFAULT x'';
ALTER TABLE juece_materials ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE juece_materials ADD COLUMN ground TEXT NOT NULL DEFAULT '';
ALTER TABLE juece_materials ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE juece_opinions ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
