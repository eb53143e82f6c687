-- Revision 0004: what files say where changes made on pages stand instead. Frozen: what changes later is a later revision.
-- The loader has its rights by the defaults of schema raw; nobody else reads it.
CREATE TABLE raw.file_value (
    kind TEXT NOT NULL,
    version_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    values JSONB NOT NULL,
    CONSTRAINT pk_file_value PRIMARY KEY (kind, version_id)
);
COMMENT ON TABLE raw.file_value IS 'What the file says where a version holds changes made on a page instead; it comes back when they go. It has no foreign key to its version: every kind has a table of its own.';
COMMENT ON COLUMN raw.file_value.kind IS 'kind of input';
COMMENT ON COLUMN raw.file_value.version_id IS 'number of the version in that kind''s table';
COMMENT ON COLUMN raw.file_value.batch_id IS 'batch that brought the file''s values';
COMMENT ON COLUMN raw.file_value.digest IS 'hash of the row as the file has it';
COMMENT ON COLUMN raw.file_value.values IS 'by column the canonical text of the file, or null; geometry as hexadecimal EWKB under geom';
