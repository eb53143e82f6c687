-- Revision 0009: who sees and writes what, by role and scope. Frozen: what changes later is a later revision.
-- `data/rights.yml` states the same as a matrix; tests hold the two together for every role, table and column.

ALTER TABLE auth.account
    ADD COLUMN police_areas TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN school_codes TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN unit TEXT,
    ADD CONSTRAINT ck_account_unit CHECK (char_length(unit) BETWEEN 1 AND 60),
    ADD CONSTRAINT ck_account_unit_role CHECK (role <> 'unit' OR unit IS NOT NULL);
COMMENT ON COLUMN auth.account.police_areas IS 'police areas that a commander sees; empty: whole districts';
COMMENT ON COLUMN auth.account.school_codes IS 'schools that a school''s account sees';
COMMENT ON COLUMN auth.account.unit IS 'responsible unit that it answers for, as work items name it';
ALTER TABLE auth.session
    ADD COLUMN police_areas TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN school_codes TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN unit TEXT,
    ADD COLUMN idle_until TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN auth.session.police_areas IS 'police areas that a commander sees; empty: whole districts';
COMMENT ON COLUMN auth.session.school_codes IS 'schools that a school''s account sees';
COMMENT ON COLUMN auth.session.unit IS 'responsible unit that it answers for';
COMMENT ON COLUMN auth.session.idle_until IS 'when it ends unless it is used before; empty: it does not end by rest';

-- every policy of the web's role is written anew below; a function whose columns change must go first
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT schemaname, tablename, policyname FROM pg_policies WHERE roles = '{campus_app}' LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', old.policyname, old.schemaname, old.tablename);
    END LOOP;
END
$$;
DROP FUNCTION auth.viewer();

CREATE FUNCTION auth.viewer()
RETURNS TABLE (
    account_id bigint, role text, all_districts boolean, districts text[], police_areas text[], school_codes text[],
    unit text, account_name text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.account_id, s.role, s.all_districts, s.districts, s.police_areas, s.school_codes, s.unit, a.name
      FROM auth.session AS s
      JOIN auth.account AS a ON a.id = s.account_id
     WHERE s.token_hash = sha256(convert_to(nullif(current_setting('campus.session', true), ''), 'UTF8'))
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND (s.idle_until IS NULL OR s.idle_until > statement_timestamp())
       AND NOT a.is_disabled
       AND NOT a.must_change_password
$$;
COMMENT ON FUNCTION auth.viewer() IS
    'Role, scope and account of the session whose token stands in campus.session; no row where there is none, or its password is still to be changed.';
REVOKE EXECUTE ON FUNCTION auth.viewer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.viewer() TO campus_app;

-- The built-in account is the operator at the command line now, who holds the loader's password: never the web's.
UPDATE auth.account SET must_change_password = false WHERE is_built_in;
CREATE OR REPLACE FUNCTION auth.open_local_session() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
BEGIN
    DELETE FROM auth.session WHERE account_id = 0 AND expires_at < statement_timestamp();
    INSERT INTO auth.session (token_hash, account_id, role, all_districts, expires_at)
    VALUES (sha256(convert_to(token, 'UTF8')), 0, 'local', true, statement_timestamp() + interval '15 minutes');
    RETURN token;
END
$$;
COMMENT ON FUNCTION auth.open_local_session() IS
    'Opens a quarter of an hour''s session of the operator at the command line and gives its token; not for the web.';
REVOKE EXECUTE ON FUNCTION auth.open_local_session(), auth.has_accounts() FROM campus_app;
GRANT USAGE ON SCHEMA auth TO campus_loader;
GRANT EXECUTE ON FUNCTION auth.open_local_session(), auth.has_accounts() TO campus_loader;

-- What of a district's objects is the viewer's own; NULL: all of them. Nothing where nobody looks.
CREATE FUNCTION auth.my_schools() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN v.role IS NULL THEN '{}'
        WHEN v.role = 'school' THEN v.school_codes
        WHEN v.role = 'commander' AND v.police_areas <> '{}' THEN
            ARRAY(SELECT DISTINCT s.code FROM core.school AS s
                   WHERE s.police_area_code = ANY (v.police_areas) AND s.ended_by IS NULL)
        END
      FROM (VALUES (1)) AS one
      LEFT JOIN auth.viewer() AS v ON true
$$;
COMMENT ON FUNCTION auth.my_schools() IS
    'Codes of the schools that the viewer is confined to: a school''s own, those of a commander''s police areas; NULL: all.';

CREATE FUNCTION auth.my_posts() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE
        WHEN v.role IS NULL THEN '{}'
        WHEN v.role = 'school' THEN
            ARRAY(SELECT d.post_code FROM core.duty AS d
                   WHERE d.school_code = ANY (v.school_codes) AND d.ended_by IS NULL
                   UNION
                  -- who stands within 50 m of a gate guards it: six ten-thousandths of a degree are not less
                  SELECT p.code FROM core.gate AS g
                    JOIN core.post AS p ON p.geom && ST_Expand(g.geom, 0.0006) AND p.ended_by IS NULL
                   WHERE g.school_code = ANY (v.school_codes) AND g.ended_by IS NULL)
        END
      FROM (VALUES (1)) AS one
      LEFT JOIN auth.viewer() AS v ON true
$$;
COMMENT ON FUNCTION auth.my_posts() IS
    'Codes of the posts that the viewer is confined to: those that serve a school or stand at its gates; NULL: all.';

CREATE FUNCTION auth.my_venues() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN v.role IS NULL THEN '{}'
        WHEN v.role = 'school' THEN
            ARRAY(SELECT DISTINCT f.venue_code FROM "out".rule_finding AS f
                   WHERE f.school_code = ANY (v.school_codes))
        END
      FROM (VALUES (1)) AS one
      LEFT JOIN auth.viewer() AS v ON true
$$;
COMMENT ON FUNCTION auth.my_venues() IS
    'Codes of the venues that the viewer is confined to: those with a finding at the own school; NULL: all.';

CREATE FUNCTION auth.my_hazards() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE
        WHEN v.role IS NULL THEN '{}'
        WHEN v.role = 'school' THEN
            ARRAY(SELECT h.code FROM core.hazard AS h
                   WHERE h.school_code = ANY (v.school_codes) AND h.ended_by IS NULL
                   UNION
                  -- within some 500 m of the own boundary
                  SELECT h.code FROM core.school AS s
                    JOIN core.hazard AS h ON h.geom && ST_Expand(s.geom, 0.005) AND h.ended_by IS NULL
                   WHERE s.code = ANY (v.school_codes) AND s.valid_to IS NULL AND s.ended_by IS NULL)
        WHEN v.role = 'unit' THEN
            -- whom the last step names; before the first, whom the file names
            ARRAY(SELECT h.code FROM core.hazard AS h
                    LEFT JOIN LATERAL (SELECT s.unit FROM work.hazard_step AS s
                                        WHERE s.hazard_code = h.code AND s.unit IS NOT NULL
                                        ORDER BY s.id DESC LIMIT 1) AS last ON true
                   WHERE coalesce(last.unit, h.unit) = v.unit AND h.ended_by IS NULL)
        END
      FROM (VALUES (1)) AS one
      LEFT JOIN auth.viewer() AS v ON true
$$;
COMMENT ON FUNCTION auth.my_hazards() IS
    'Codes of the hazards that the viewer is confined to: at the own school, or given to the own unit; NULL: all.';

CREATE FUNCTION core.local_today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (statement_timestamp() AT TIME ZONE coalesce(
        (SELECT s.value #>> '{}' FROM core.setting AS s WHERE s.key = 'timezone'
          ORDER BY s.valid_from DESC LIMIT 1), 'Asia/Shanghai'))::date
$$;
COMMENT ON FUNCTION core.local_today() IS 'The local date of this moment.';

REVOKE EXECUTE ON FUNCTION auth.my_schools(), auth.my_posts(), auth.my_venues(), auth.my_hazards(), core.local_today()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.my_schools(), auth.my_posts(), auth.my_venues(), auth.my_hazards(), core.local_today()
    TO campus_app;

-- Who sees which rows. A role that is not named sees none; scalar sub-selects are evaluated once a statement.
DO $$
DECLARE
    rule record;
    scope constant text :=
        '((SELECT v.all_districts FROM auth.viewer() AS v)'
        ' OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[]))';
    role constant text := '(SELECT v.role FROM auth.viewer() AS v)';
    own constant text :=
        '((SELECT auth.my_%1$s()) IS NULL OR %2$s = ANY ((SELECT auth.my_%1$s())::text[]))';
    map constant text := '''local'', ''commander'', ''committee'', ''bureau'', ''school'', ''unit'', ''steward''';
    sites constant text := '''local'', ''commander'', ''committee'', ''bureau'', ''school'', ''steward''';
    guard constant text := '''local'', ''commander'', ''committee'', ''bureau'', ''school''';
    decide constant text := '''local'', ''commander'', ''committee''';
    command constant text := '''local'', ''commander''';
    steward constant text := '''local'', ''steward''';
    schools constant text := format(own, 'schools', 'school_code');
    -- who will be unguarded on a day to come is for commanders (DESIGN 8.8)
    past constant text := format(
        '(%s IN (%s) OR date_type !~ ''^[0-9]'' OR date_type <= (SELECT core.local_today())::text)', role, command);
BEGIN
    FOR rule IN
        SELECT * FROM (VALUES
            ('core.area', map, scope),
            ('core.basemap', map, scope),
            ('core.road', map, scope),
            ('core.school', map, scope || ' AND ' || format(own, 'schools', 'code')),
            ('core.gate', sites, scope || ' AND ' || schools),
            ('core.bell_slot', sites, scope || ' AND ' || schools),
            -- a row for everyone lies in no district
            ('core.calendar', sites, '(' || scope || ' OR district_code = ''unassigned'')'),
            ('core.post', sites, scope || ' AND ' || format(own, 'posts', 'code')),
            ('core.duty', sites, scope || ' AND ' || format(own, 'posts', 'post_code')
                || ' AND (' || role || ' <> ''school'' OR school_code IS NULL OR ' || schools || ')'),
            ('core.duty_exception', '''local'', ''commander'', ''steward''', scope),
            ('core.venue', sites, scope || ' AND ' || format(own, 'venues', 'code')),
            ('core.hazard', map, scope || ' AND ' || format(own, 'hazards', 'code')),
            ('core.rule', map, 'true'),
            ('core.instance', NULL, 'true'),
            ('core.setting', NULL, 'true'),
            ('out.perimeter', sites, scope || ' AND ' || schools),
            ('out.coverage', guard, scope || ' AND ' || schools),
            ('out.coverage_gap', guard, scope || ' AND ' || schools),
            ('out.gate_slot', guard, scope || ' AND ' || schools || ' AND ' || past),
            ('out.service_area', command, scope),
            ('out.hotspot_grid', decide, scope),
            ('out.hotspot_cell', decide, scope),
            ('out.hotspot_period', decide, scope),
            ('out.hotspot_sum', decide, scope),
            ('out.event_density', decide, scope),
            ('out.rule_finding', guard, scope || ' AND ' || schools),
            ('out.focus_zone', decide, scope
                || ' AND ((SELECT auth.my_schools()) IS NULL OR school_codes && (SELECT auth.my_schools())::text[])'),
            ('out.school_event_class', guard, scope || ' AND ' || schools),
            ('work.job', map, '(' || role || ' IN (' || steward || ')'
                -- a build tells nothing but which results are computed, and many wait for the same one
                ' OR kind = ''build'' OR created_by = (SELECT v.account_id::text FROM auth.viewer() AS v))'),
            ('work.job_file', steward, 'true'),
            ('work.override', steward, scope),
            ('work.duty_change', command, scope),
            ('work.plan', command, scope),
            ('work.hazard_step', map, scope || ' AND ' || format(own, 'hazards', 'hazard_code')),
            ('work.hazard_round', map, scope),
            ('work.weighting', decide, scope),
            ('work.zone_choice', decide, scope),
            ('work.campaign', decide, scope),
            ('work.task', '''local'', ''commander'', ''committee'', ''bureau'', ''unit''', scope || ' AND (' || role
                || ' IN (' || decide || ') OR (SELECT v.unit FROM auth.viewer() AS v) = ANY (lead_unit || joint_units))'),
            ('work.attachment', guard, scope)
        ) AS r (name, roles, rows)
    LOOP
        EXECUTE format('CREATE POLICY viewer_sees ON %s FOR SELECT TO campus_app USING (%s AND %s)', rule.name,
                       CASE WHEN rule.roles IS NULL THEN '(SELECT true FROM auth.viewer())'
                            ELSE format('%s IN (%s)', role, rule.roles) END, rule.rows);
        CONTINUE WHEN rule.name NOT LIKE 'out.%';
        EXECUTE format('CREATE POLICY viewer_sees ON %s FOR SELECT TO campus_app USING (%s IN (%s) AND %s)',
                       replace(rule.name, 'out.', 'out_asof.'), role, rule.roles, rule.rows);
    END LOOP;
    -- the classes of the register: context for commanders and the committee, of the own police areas where there are such
    EXECUTE format('CREATE POLICY viewer_sees ON out.area_person_class FOR SELECT TO campus_app USING (%s IN (%s) AND %s'
                   ' AND ((SELECT v.police_areas = ''{}'' FROM auth.viewer() AS v)'
                   ' OR area_code = ANY ((SELECT v.police_areas FROM auth.viewer() AS v)::text[])))', role, decide, scope);
END
$$;

-- Who writes what: only what is the own role's, in the own scope, under the own account.
DO $$
DECLARE
    rule record;
    scope constant text :=
        '((SELECT v.all_districts FROM auth.viewer() AS v)'
        ' OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[]))';
    role constant text := '(SELECT v.role FROM auth.viewer() AS v)';
    me constant text := '(SELECT v.account_id FROM auth.viewer() AS v)';
    own_hazard constant text :=
        '((SELECT auth.my_hazards()) IS NULL OR hazard_code = ANY ((SELECT auth.my_hazards())::text[]))';
    decide constant text := '''local'', ''commander'', ''committee''';
    oversee constant text := '''local'', ''commander'', ''committee'', ''bureau''';
    command constant text := '''local'', ''commander''';
    steward constant text := '''local'', ''steward''';
    committee constant text := '''local'', ''committee''';
BEGIN
    FOR rule IN
        SELECT * FROM (VALUES
            ('work.override', steward, 'set_by', 'revoked_at IS NULL'),
            ('work.duty_change', command, 'set_by', 'revoked_at IS NULL'),
            ('work.plan', command, 'created_by', 'true'),
            ('work.campaign', decide, 'created_by', 'closed_at IS NULL AND forecast IS NULL AND result IS NULL'),
            ('work.task', decide, 'created_by', 'done_at IS NULL'),
            ('work.weighting', committee, 'set_by', 'true'),
            ('work.zone_choice', committee, 'set_by', 'revoked_at IS NULL'),
            ('work.hazard_round', oversee, 'created_by', 'true'),
            ('work.attachment', oversee, 'created_by', 'true'),
            -- those who oversee take every step, units and schools say what they put right of what is their own
            ('work.hazard_step', oversee || ', ''unit'', ''school''', 'done_by',
                format('(%s IN (%s) OR step = ''rectified'' AND %s)', role, oversee, own_hazard)
                || ' AND EXISTS (SELECT FROM core.hazard AS h WHERE h.code = hazard_code'
                   ' AND h.district_code = hazard_step.district_code AND h.valid_to IS NULL AND h.ended_by IS NULL)')
        ) AS r (name, roles, author, rows)
    LOOP
        EXECUTE format('CREATE POLICY viewer_adds ON %s FOR INSERT TO campus_app'
                       ' WITH CHECK (%s IN (%s) AND %s AND %I = %s AND %s)',
                       rule.name, role, rule.roles, scope, rule.author, me, rule.rows);
    END LOOP;
    -- a job goes into the queue as its author's: intake for stewards, what-ifs and campaigns for those who decide, rules
    -- for the committee
    EXECUTE format('CREATE POLICY viewer_adds ON work.job FOR INSERT TO campus_app WITH CHECK (status = ''queued'''
                   ' AND created_by = %s::text AND (%s = ''local'''
                   ' OR %s = ''steward'' AND kind IN (''draft'', ''load'', ''undo'', ''override'')'
                   ' OR %s IN (%s) AND kind IN (''campaign_forecast'', ''campaign_result'')'
                   ' OR %s = ''committee'' AND kind = ''rule'''
                   -- whatever a page writes is in the next build
                   ' OR %s IN (%s, ''unit'', ''school'', ''steward'') AND kind = ''build''))',
                   me, role, role, role, decide, role, role, oversee);
    -- what is taken back is taken back once, by whoever does it, and never rewritten
    FOR rule IN SELECT * FROM (VALUES ('work.override', steward), ('work.duty_change', command), ('work.zone_choice', committee))
        AS r (name, roles)
    LOOP
        EXECUTE format('CREATE POLICY viewer_changes ON %s FOR UPDATE TO campus_app'
                       ' USING (%s IN (%s) AND %s AND revoked_at IS NULL)'
                       ' WITH CHECK (%s AND revoked_at IS NOT NULL AND revoked_by = %s)',
                       rule.name, role, rule.roles, scope, scope, me);
    END LOOP;
    EXECUTE format('CREATE POLICY viewer_changes ON work.plan FOR UPDATE TO campus_app'
                   ' USING (%s IN (%s) AND %s) WITH CHECK (%s)', role, command, scope, scope);
    EXECUTE format('CREATE POLICY viewer_removes ON work.plan FOR DELETE TO campus_app USING (%s IN (%s) AND %s)',
                   role, command, scope);
    EXECUTE format('CREATE POLICY viewer_removes ON work.attachment FOR DELETE TO campus_app'
                   ' USING (%s IN (%s) AND %s AND created_by = %s)', role, oversee, scope, me);
    EXECUTE format('CREATE POLICY viewer_changes ON work.campaign FOR UPDATE TO campus_app'
                   ' USING (%s IN (%s) AND %s AND closed_at IS NULL)'
                   ' WITH CHECK (%s AND (closed_by IS NULL OR closed_by = %s))', role, decide, scope, scope, me);
    -- a task is done by those who set it or the unit that answers for it
    EXECUTE format('CREATE POLICY viewer_changes ON work.task FOR UPDATE TO campus_app'
                   ' USING (%s AND (%s IN (%s) OR %s IN (''unit'', ''bureau'')'
                   ' AND (SELECT v.unit FROM auth.viewer() AS v) = lead_unit))'
                   ' WITH CHECK (%s AND (done_by IS NULL OR done_by = %s))', scope, role, decide, role, scope, me);
END
$$;

-- Where a row comes from is for stewards.
CREATE OR REPLACE FUNCTION core.trace(kind text, code text)
RETURNS TABLE (version_id bigint, valid_from date, recorded_by bigint, batch_id bigint, source text, file_sha256 text,
               loaded_at timestamptz, "row" integer, part integer, verdict text, reason text, changed text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    is_loader constant boolean := session_user = 'campus_loader';
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v WHERE v.role IN ('steward', 'local');
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

-- The spatial reads know the same bounds as the policies.
CREATE OR REPLACE FUNCTION "out".in_box_perimeter(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    ring_m integer DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF "out".perimeter
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM "out".perimeter AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_code = ANY (own))
           AND (in_box_perimeter.ring_m IS NULL OR t.ring_m = in_box_perimeter.ring_m)
         LIMIT in_box_perimeter.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".tile_perimeter(z integer, x integer, y integer, ring_m integer) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := "out".tile_box(z, x, y);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
    tile bytea;
BEGIN
    IF box IS NULL THEN
        RETURN '';
    END IF;
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'steward');
    SELECT ST_AsMVT(f, 'perimeter', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.school_id AS feature_id, t.school_code, t.ring_m,
               "out".tile_shape(t.geom, tile_perimeter.z, tile_perimeter.x, tile_perimeter.y) AS shape
          FROM "out".perimeter AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_code = ANY (own))
           AND t.ring_m = tile_perimeter.ring_m
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_coverage_gap(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    ring_m integer DEFAULT NULL,
    metric text DEFAULT NULL,
    day_type text DEFAULT NULL,
    slot text DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF "out".coverage_gap
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school');
    RETURN QUERY
        SELECT t.*
          FROM "out".coverage_gap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_code = ANY (own))
           AND (in_box_coverage_gap.ring_m IS NULL OR t.ring_m = in_box_coverage_gap.ring_m)
           AND (in_box_coverage_gap.metric IS NULL OR t.metric = in_box_coverage_gap.metric)
           AND (in_box_coverage_gap.day_type IS NULL OR t.day_type = in_box_coverage_gap.day_type)
           AND (in_box_coverage_gap.slot IS NULL OR t.slot = in_box_coverage_gap.slot)
         LIMIT in_box_coverage_gap.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".tile_coverage_gap(z integer, x integer, y integer, ring_m integer, metric text, day_type text, slot text) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := "out".tile_box(z, x, y);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
    tile bytea;
BEGIN
    IF box IS NULL THEN
        RETURN '';
    END IF;
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school');
    SELECT ST_AsMVT(f, 'coverage_gap', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.school_id AS feature_id, t.school_code, t.area_m2,
               "out".tile_shape(t.geom, tile_coverage_gap.z, tile_coverage_gap.x, tile_coverage_gap.y) AS shape
          FROM "out".coverage_gap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_code = ANY (own))
           AND t.ring_m = tile_coverage_gap.ring_m
           AND t.metric = tile_coverage_gap.metric
           AND t.day_type = tile_coverage_gap.day_type
           AND t.slot = tile_coverage_gap.slot
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_school(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    stages text[] DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.school
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.school AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.code = ANY (own))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_school.stages IS NULL OR t.stage = ANY (in_box_school.stages))
         LIMIT in_box_school.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_gate(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.gate
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.gate AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_code = ANY (own))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
         LIMIT in_box_gate.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_post(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    types text[] DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.post
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_posts();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.post AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.code = ANY (own))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_post.types IS NULL OR t.type = ANY (in_box_post.types))
         LIMIT in_box_post.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_road(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    classes text[] DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.road
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.road AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_road.classes IS NULL OR t.class = ANY (in_box_road.classes))
         LIMIT in_box_road.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".tile_road(z integer, x integer, y integer) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := "out".tile_box(z, x, y);
    sees_all boolean;
    sees text[];
    tile bytea;
BEGIN
    IF box IS NULL THEN
        RETURN '';
    END IF;
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    SELECT ST_AsMVT(f, 'road', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.id AS feature_id, t.class, t.oneway,
               "out".tile_shape(t.geom, tile_road.z, tile_road.x, tile_road.y) AS shape
          FROM core.road AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND ("out".road_classes(tile_road.z) IS NULL OR t.class = ANY ("out".road_classes(tile_road.z)))
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_basemap(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    classes text[] DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.basemap
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.basemap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_basemap.classes IS NULL OR t.class = ANY (in_box_basemap.classes))
         LIMIT in_box_basemap.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".tile_basemap(z integer, x integer, y integer) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := "out".tile_box(z, x, y);
    sees_all boolean;
    sees text[];
    tile bytea;
BEGIN
    IF box IS NULL THEN
        RETURN '';
    END IF;
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    SELECT ST_AsMVT(f, 'basemap', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.id AS feature_id, t.class,
               "out".tile_shape(t.geom, tile_basemap.z, tile_basemap.x, tile_basemap.y) AS shape
          FROM core.basemap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (tile_basemap.z >= 13 OR t.class IS DISTINCT FROM 'building')
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_area(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    level text DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.area
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.area AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_area.level IS NULL OR t.level = in_box_area.level)
         LIMIT in_box_area.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".tile_area(z integer, x integer, y integer, level text DEFAULT NULL) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := "out".tile_box(z, x, y);
    sees_all boolean;
    sees text[];
    tile bytea;
BEGIN
    IF box IS NULL THEN
        RETURN '';
    END IF;
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    SELECT ST_AsMVT(f, 'area', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.id AS feature_id, t.code, t.name, t.level,
               "out".tile_shape(t.geom, tile_area.z, tile_area.x, tile_area.y) AS shape
          FROM core.area AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (tile_area.level IS NULL OR t.level = tile_area.level)
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_focus_zone(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    row_limit integer DEFAULT NULL
) RETURNS SETOF "out".focus_zone
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_schools();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v WHERE v.role IN ('commander', 'committee', 'local');
    RETURN QUERY
        SELECT t.*
          FROM "out".focus_zone AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.school_codes && own)
         LIMIT in_box_focus_zone.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_venue(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.venue
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_venues();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.venue AS t
         WHERE t.geom && box
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.code = ANY (own))
         LIMIT in_box_venue.row_limit;
END
$$;

CREATE OR REPLACE FUNCTION "out".in_box_hazard(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    row_limit integer DEFAULT NULL
) RETURNS SETOF core.hazard
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
    own constant text[] := auth.my_hazards();
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v
     WHERE v.role IN ('local', 'commander', 'committee', 'bureau', 'school', 'unit', 'steward');
    RETURN QUERY
        SELECT t.*
          FROM core.hazard AS t
         WHERE t.geom && box
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (sees_all OR t.district_code = ANY (sees))
           AND (own IS NULL OR t.code = ANY (own))
         LIMIT in_box_hazard.row_limit;
END
$$;

