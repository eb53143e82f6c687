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

-- Where the current version of an object comes from. The web reads nothing of raw; this gives it the numbers of batch and
-- row, never a cell, for what its viewer sees. The loader sees all.
CREATE FUNCTION core.trace(kind text, code text)
RETURNS TABLE (version_id bigint, valid_from date, recorded_by bigint, batch_id bigint, source text, file_sha256 text,
               loaded_at timestamptz, "row" integer, part integer, verdict text, reason text, changed text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    is_loader constant boolean := session_user = 'campus_loader';
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    IF NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                    WHERE c.relnamespace = 'core'::regnamespace AND c.relname = trace.kind AND a.attname = 'recorded_by')
       OR (trace.kind = 'incident' AND NOT is_loader) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT c.version_id, c.valid_from, c.recorded_by, b.id, b.source, b.file_sha256, b.loaded_at, r."row", r.part,'
        '       r.verdict, r.reason,'
        '       ARRAY(SELECT k FROM jsonb_object_keys(coalesce(f.values, ''{}'')) AS k ORDER BY k)'
        '  FROM core.%I AS c'
        '  LEFT JOIN raw.file_value AS f ON f.kind = $1 AND f.version_id = c.version_id'
        '  JOIN raw.batch AS b ON b.id = coalesce(f.batch_id, c.recorded_by)'
        '  LEFT JOIN LATERAL (SELECT w."row", w.part, w.verdict, w.reason FROM raw.row AS w'
        '                      WHERE w.batch_id = b.id AND w.code = c.code AND w.verdict <> ''rejected'''
        '                      ORDER BY w."row", w.part LIMIT 1) AS r ON true'
        ' WHERE c.code = $2 AND c.valid_to IS NULL AND c.ended_by IS NULL'
        '   AND ($3 OR $4 OR c.district_code = ANY ($5))', trace.kind)
        USING trace.kind, trace.code, is_loader, sees_all, sees;
END
$$;
COMMENT ON FUNCTION core.trace(text, text) IS
    'Batch, file and row that the current version of an object comes from, and the columns that a page has changed.';
GRANT EXECUTE ON FUNCTION core.trace(text, text) TO campus_loader, campus_app;
