-- Revision 0001: row-level security on every table of core, work, out and out_asof. Frozen.
-- Not forced: the owner (migrations, definer functions, backups) sees all. The viewer stands in scalar sub-selects, which
-- PostgreSQL evaluates once a statement, never once a row.

DO $$
DECLARE
    tab record;
    in_scope constant text :=
        '(SELECT v.all_districts FROM auth.viewer() AS v)'
        ' OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[])';
    anyone constant text := '(SELECT true FROM auth.viewer())';
    commander constant text := '(SELECT v.role FROM auth.viewer() AS v) IN (''commander'', ''local'')';
    myself constant text := '(SELECT v.account_id::text FROM auth.viewer() AS v)';
    seen text;
BEGIN
    FOR tab IN
        SELECT n.nspname AS schema, c.relname AS name,
               EXISTS (SELECT FROM pg_attribute AS a
                        WHERE a.attrelid = c.oid AND a.attname = 'district_code') AS has_district,
               (SELECT a.attname FROM pg_attribute AS a
                 WHERE a.attrelid = c.oid AND a.attname IN ('created_by', 'set_by', 'done_by')) AS author
          FROM pg_class AS c
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('core', 'work', 'out', 'out_asof') AND c.relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', tab.schema, tab.name);
        EXECUTE format('CREATE POLICY loader_all ON %I.%I TO campus_loader USING (true) WITH CHECK (true)',
                       tab.schema, tab.name);
        CONTINUE WHEN tab.schema = 'core' AND tab.name = 'incident';
        seen := CASE WHEN tab.has_district THEN in_scope ELSE anyone END;
        IF tab.name = 'plan' THEN
            seen := format('(%s) AND %s', in_scope, commander);
        END IF;
        EXECUTE format('CREATE POLICY viewer_sees ON %I.%I FOR SELECT TO campus_app USING (%s)',
                       tab.schema, tab.name, seen);
        CONTINUE WHEN tab.schema <> 'work';
        -- what is written carries its own author, whatever the page says
        EXECUTE format('CREATE POLICY viewer_adds ON %I.%I FOR INSERT TO campus_app'
                       ' WITH CHECK ((%s) AND %I::text = %s%s)',
                       tab.schema, tab.name, seen, tab.author, myself,
                       CASE WHEN tab.name = 'job' THEN ' AND status = ''queued''' ELSE '' END);
        CONTINUE WHEN tab.name = 'job';
        -- a correction is only ever taken back, once, by whoever does it
        EXECUTE format('CREATE POLICY viewer_changes ON %I.%I FOR UPDATE TO campus_app'
                       ' USING ((%s)%s) WITH CHECK ((%s)%s)',
                       tab.schema, tab.name, seen,
                       CASE WHEN tab.name = 'override' THEN ' AND revoked_at IS NULL' ELSE '' END, seen,
                       CASE WHEN tab.name = 'override'
                            THEN ' AND revoked_at IS NOT NULL AND revoked_by::text = ' || myself ELSE '' END);
        EXECUTE format('CREATE POLICY viewer_removes ON %I.%I FOR DELETE TO campus_app USING (%s)',
                       tab.schema, tab.name, seen);
    END LOOP;
END
$$;
