-- Revision 0006, taken back. Frozen.

DROP FUNCTION core.facts_version();
CREATE OR REPLACE FUNCTION core.data_version() RETURNS text
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
DROP TABLE work.duty_change;
