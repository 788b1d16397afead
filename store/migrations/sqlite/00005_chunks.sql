-- +goose Up

-- The same table as on PostgreSQL; the reasons stand there.

CREATE TABLE juece_material_chunks (
    decision_id TEXT NOT NULL CHECK (decision_id <> ''),
    digest      TEXT NOT NULL CHECK (digest <> ''),
    start       INTEGER NOT NULL CHECK (start >= 0),
    content     BLOB NOT NULL CHECK (LENGTH(content) > 0),
    PRIMARY KEY (decision_id, digest, start)
) STRICT;

WITH RECURSIVE parts (decision_id, digest, start, size) AS (
    SELECT decision_id, digest, 0, LENGTH(content)
    FROM juece_materials
    WHERE LENGTH(content) > 0
    UNION ALL
    SELECT decision_id, digest, start + 262144, size
    FROM parts
    WHERE start + 262144 < size
)
INSERT INTO juece_material_chunks (decision_id, digest, start, content)
SELECT p.decision_id, p.digest, p.start, SUBSTR(m.content, p.start + 1, 262144)
FROM parts AS p
JOIN juece_materials AS m ON m.decision_id = p.decision_id AND m.digest = p.digest;

ALTER TABLE juece_materials ADD COLUMN size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0);

UPDATE juece_materials SET size = LENGTH(content), content = x'';

ALTER TABLE juece_materials DROP COLUMN content;
