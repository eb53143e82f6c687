-- Revision 0003: files that a job leaves behind, and what stewards may know of loads. Frozen: what changes later is a
-- later revision.

CREATE TABLE work.job_file (
    job_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_job_file PRIMARY KEY (job_id, name)
);
CREATE INDEX ix_job_file_created_at ON work.job_file (created_at);
COMMENT ON TABLE work.job_file IS 'A file that a job left for who asked: a report, its refused rows; deleted after thirty days.';
COMMENT ON COLUMN work.job_file.job_id IS 'job that made it';
COMMENT ON COLUMN work.job_file.name IS 'what it is, such as report.html';
COMMENT ON COLUMN work.job_file.media_type IS 'what the bytes are';
COMMENT ON COLUMN work.job_file.content IS 'the bytes; mapped columns only, masked where refused';
COMMENT ON COLUMN work.job_file.created_at IS 'when it was made';

ALTER TABLE work.job_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY loader_all ON work.job_file TO campus_loader USING (true) WITH CHECK (true);
CREATE POLICY viewer_sees ON work.job_file FOR SELECT TO campus_app
    USING ((SELECT v.role FROM auth.viewer() AS v) IN ('steward', 'local'));
GRANT SELECT ON work.job_file TO campus_app;

CREATE FUNCTION work.intake_sources()
RETURNS TABLE (name text, kind text, mode text, owner boolean, training boolean, definition jsonb, batch_id bigint,
               loaded_at timestamp with time zone, valid_from date, file_sha256 text, counts jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.name, s.kind, s.mode, s.owner, s.training, s.definition, b.id, b.loaded_at, b.valid_from, b.file_sha256,
           b.counts
      FROM raw.source AS s
      LEFT JOIN LATERAL (
           SELECT * FROM raw.batch AS last
            WHERE last.source = s.name AND last.undone_by IS NULL AND last.counts ? 'read'
            ORDER BY last.id DESC LIMIT 1) AS b ON true
     WHERE EXISTS (SELECT FROM auth.viewer() AS v WHERE v.role IN ('steward', 'local'))
     ORDER BY s.kind, s.name
$$;
COMMENT ON FUNCTION work.intake_sources() IS
    'The sources and the last load of each that stands; for stewards.';

CREATE FUNCTION work.intake_batches(most integer)
RETURNS TABLE (id bigint, source text, kind text, loaded_at timestamp with time zone, valid_from date,
               file_sha256 text, counts jsonb, undone_by bigint, undoes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.id, b.source, b.kind, b.loaded_at, b.valid_from, b.file_sha256, b.counts, b.undone_by,
           (SELECT min(u.id) FROM raw.batch AS u WHERE u.undone_by = b.id)
      FROM raw.batch AS b
     WHERE EXISTS (SELECT FROM auth.viewer() AS v WHERE v.role IN ('steward', 'local'))
     ORDER BY b.id DESC
     LIMIT greatest(most, 0)
$$;
COMMENT ON FUNCTION work.intake_batches(integer) IS
    'The latest loads and undoings; for stewards.';

CREATE FUNCTION work.intake_trace(wanted_kind text, wanted_code text)
RETURNS TABLE (version_id bigint, district_code text, valid_from date, valid_to date, is_current boolean,
               batch_id bigint, source text, loaded_at timestamp with time zone, file_sha256 text, undone_by bigint,
               "row" integer, part integer, verdict text, reason text, "column" text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- the name of a table comes from the catalog, never from the page; events are the loader's alone
    IF wanted_kind = 'incident' OR NOT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'version_id'
                    WHERE n.nspname = 'core' AND c.relname = wanted_kind AND c.relkind = 'r') THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT f.version_id, f.district_code, f.valid_from, f.valid_to, f.valid_to IS NULL AND f.ended_by IS NULL,
               b.id, b.source, b.loaded_at, b.file_sha256, b.undone_by, r."row", r.part, r.verdict, r.reason, r."column"
          FROM core.%I AS f
          JOIN raw.batch AS b ON b.id = f.recorded_by
          LEFT JOIN raw.row AS r ON r.batch_id = b.id AND r.code = f.code AND r.verdict <> 'rejected'
         WHERE f.code = $1
           AND EXISTS (SELECT FROM auth.viewer() AS v
                        WHERE v.role IN ('steward', 'local')
                          AND (v.all_districts OR f.district_code = ANY (v.districts)))
         ORDER BY f.version_id DESC, r."row", r.part
    $query$, wanted_kind) USING wanted_code;
END
$$;
COMMENT ON FUNCTION work.intake_trace(text, text) IS
    'The versions of an object, each with the batch, file and row that it came from, without what the row held; for stewards.';

GRANT EXECUTE ON FUNCTION work.intake_sources(), work.intake_batches(integer), work.intake_trace(text, text)
    TO campus_app;
