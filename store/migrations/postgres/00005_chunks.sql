-- +goose Up

-- A file is kept in parts, so that nobody holds one whole in memory. A part
-- begins at the byte of the file that start says; the next one begins where it
-- ends. What was one row of juece_materials becomes parts of 256 KiB. They are
-- not compressed: what they hold mostly is already.
CREATE TABLE juece_material_chunks (
    decision_id TEXT COLLATE "C" NOT NULL CHECK (decision_id <> ''),
    digest      TEXT COLLATE "C" NOT NULL CHECK (digest <> ''),
    start       BIGINT NOT NULL CHECK (start >= 0),
    content     BYTEA NOT NULL CHECK (LENGTH(content) > 0),
    PRIMARY KEY (decision_id, digest, start)
);

ALTER TABLE juece_material_chunks ALTER COLUMN content SET STORAGE EXTERNAL;

INSERT INTO juece_material_chunks (decision_id, digest, start, content)
SELECT decision_id, digest, start, SUBSTRING(content FROM CAST(start + 1 AS INTEGER) FOR 262144)
FROM (
    SELECT decision_id, digest, content, GENERATE_SERIES(CAST(0 AS BIGINT), LENGTH(content) - 1, 262144) AS start
    FROM juece_materials
    WHERE LENGTH(content) > 0
) AS parts;

ALTER TABLE juece_materials ADD COLUMN size BIGINT NOT NULL DEFAULT 0 CHECK (size >= 0);

-- Emptied, and not only dropped: the bytes of a column that was dropped stay
-- in its rows, and what is erased later would be found there.
UPDATE juece_materials SET size = LENGTH(content), content = '';

ALTER TABLE juece_materials DROP COLUMN content;
