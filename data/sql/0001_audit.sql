-- Revision 0001: the only ways to write to audit. Frozen.

CREATE FUNCTION audit.start_run(
    job text, as_of date, params jsonb, code_version text, input_hash text
) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.run (job, as_of, params, code_version, input_hash, started)
    VALUES (start_run.job, start_run.as_of, start_run.params, start_run.code_version, start_run.input_hash,
            clock_timestamp())
    RETURNING id
$$;
COMMENT ON FUNCTION audit.start_run(text, date, jsonb, text, text) IS 'Writes down that a build begins; gives its number.';

CREATE FUNCTION audit.finish_run(run_id bigint, status text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE audit.run AS r
       SET ended = clock_timestamp(), status = finish_run.status
     WHERE r.id = finish_run.run_id AND r.status = 'running';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such run is under way' USING ERRCODE = 'no_data_found';
    END IF;
END
$$;
COMMENT ON FUNCTION audit.finish_run(bigint, text) IS 'Writes down how a build ended; a run ends once.';

CREATE FUNCTION audit.record(route text, codes text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.event (account_id, route, codes)
    VALUES ((SELECT account_id FROM auth.viewer()), record.route, coalesce(record.codes, '{}'))
$$;
COMMENT ON FUNCTION audit.record(text, text[]) IS 'Writes down what the viewer of this transaction looked at.';

CREATE FUNCTION audit.intend_register_read(purpose text, account_id bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.register_intent (account_id, purpose)
    VALUES (intend_register_read.account_id, intend_register_read.purpose)
    RETURNING id
$$;
COMMENT ON FUNCTION audit.intend_register_read(text, bigint) IS
    'Writes down the intent to read the register; to be committed before the read.';

CREATE FUNCTION audit.recent_runs(row_limit integer)
RETURNS TABLE (
    id bigint, job text, as_of date, code_version text, started timestamptz, ended timestamptz, status text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.id, r.job, r.as_of, r.code_version, r.started, r.ended, r.status
      FROM audit.run AS r
     WHERE EXISTS (SELECT FROM auth.viewer())
     ORDER BY r.id DESC
     LIMIT recent_runs.row_limit
$$;
COMMENT ON FUNCTION audit.recent_runs(integer) IS 'The last build runs, for pages to name; nothing without a viewer.';

CREATE FUNCTION core.data_version() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT left(md5(concat_ws('/', l.n, l.last, l.undone, r.n, r.last, s.n, o.n, o.revoked)), 12)
      FROM (SELECT count(*) AS n, max(id) AS last, count(undone_by) AS undone FROM raw.batch) AS l,
           (SELECT count(*) AS n, max(id) AS last FROM audit.run WHERE status = 'done') AS r,
           (SELECT count(*) AS n FROM core.setting) AS s,
           (SELECT count(*) AS n, count(revoked_at) AS revoked FROM work.override) AS o
     WHERE EXISTS (SELECT FROM auth.viewer())
$$;
COMMENT ON FUNCTION core.data_version() IS
    'A short word that changes with every committed load, undo, build, setting and page edit; NULL without a viewer.';
