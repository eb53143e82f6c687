-- Revision 0008, taken back. Frozen.

DROP FUNCTION "out".in_box_hazard(double precision, double precision, double precision, double precision, integer);
DROP FUNCTION "out".in_box_venue(double precision, double precision, double precision, double precision, integer);
DROP FUNCTION "out".in_box_focus_zone(double precision, double precision, double precision, double precision, integer);
DROP FUNCTION "out".in_box_hotspot(double precision, double precision, double precision, double precision, text, text, integer);
DROP VIEW "out".hotspot;
DROP VIEW out_asof.hotspot;
CREATE OR REPLACE FUNCTION core.data_version() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT left(md5(concat_ws('/', l.n, l.last, l.undone, r.n, r.last, s.n, o.n, o.revoked, d.n, d.last, d.revoked,
                              p.n, p.last, p.changed)), 12)
      FROM (SELECT count(*) AS n, max(id) AS last, count(undone_by) AS undone FROM raw.batch) AS l,
           (SELECT count(*) AS n, max(id) AS last FROM audit.run WHERE status = 'done') AS r,
           (SELECT count(*) AS n FROM core.setting) AS s,
           (SELECT count(*) AS n, count(revoked_at) AS revoked FROM work.override) AS o,
           (SELECT count(*) AS n, max(id) AS last, count(revoked_at) AS revoked FROM work.duty_change) AS d,
           (SELECT count(*) AS n, max(id) AS last, extract(epoch FROM max(changed_at)) AS changed FROM work.plan) AS p
     WHERE EXISTS (SELECT FROM auth.viewer())
$$;
COMMENT ON FUNCTION core.data_version() IS
    'A short word that changes with every committed load, undo, build, setting, page edit, one-day change and plan; NULL without a viewer.';
DROP TABLE "out".hotspot_sum, "out".hotspot_period, "out".hotspot_cell, "out".hotspot_grid, "out".event_density;
DROP TABLE out_asof.hotspot_sum, out_asof.hotspot_period, out_asof.hotspot_cell, out_asof.hotspot_grid,
    out_asof.event_density;
DROP TABLE work.task, work.zone_choice, work.weighting, work.hazard_round;
DROP POLICY IF EXISTS rules_are_the_committees ON work.job;
DROP TABLE core.rule;
DO $$
DECLARE
    tab text;
    in_scope constant text :=
        '(SELECT v.all_districts FROM auth.viewer() AS v)'
        ' OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[])';
    myself constant text := '(SELECT v.account_id::text FROM auth.viewer() AS v)';
BEGIN
    FOREACH tab IN ARRAY ARRAY['out.focus_zone', 'out_asof.focus_zone', 'work.campaign'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS viewer_sees ON %s', tab);
        EXECUTE format('CREATE POLICY viewer_sees ON %s FOR SELECT TO campus_app USING (%s)', tab, in_scope);
    END LOOP;
    DROP POLICY IF EXISTS viewer_adds ON work.campaign;
    DROP POLICY IF EXISTS viewer_changes ON work.campaign;
    EXECUTE format('CREATE POLICY viewer_adds ON work.campaign FOR INSERT TO campus_app'
                   ' WITH CHECK ((%s) AND created_by::text = %s)', in_scope, myself);
    EXECUTE format('CREATE POLICY viewer_changes ON work.campaign FOR UPDATE TO campus_app'
                   ' USING ((%s)) WITH CHECK ((%s))', in_scope, in_scope);
    DROP POLICY IF EXISTS viewer_adds ON work.hazard_step;
    EXECUTE format('CREATE POLICY viewer_adds ON work.hazard_step FOR INSERT TO campus_app'
                   ' WITH CHECK ((%s) AND done_by::text = %s)', in_scope, myself);
END
$$;
ALTER TABLE work.hazard_step DROP CONSTRAINT ck_hazard_step_unit;
ALTER TABLE work.hazard_step DROP COLUMN follows;
ALTER TABLE work.hazard_step DROP COLUMN came_from;
ALTER TABLE work.hazard_step DROP CONSTRAINT uq_hazard_step_id_hazard_code_step;
REVOKE INSERT (district_code, hazard_code, step, unit, deadline, note, done_by) ON work.hazard_step FROM campus_app;
GRANT INSERT ON work.hazard_step TO campus_app;
ALTER TABLE work.campaign DROP COLUMN forecast;
ALTER TABLE work.campaign DROP COLUMN closed_by;
ALTER TABLE work.campaign ADD COLUMN tasks JSONB DEFAULT '[]' NOT NULL;
COMMENT ON COLUMN work.campaign.tasks IS 'tasks by unit, with dates';
COMMENT ON COLUMN work.campaign.zones IS 'zones of out.focus_zone, or drawn ones as hexagons';
COMMENT ON TABLE work.campaign IS 'A joint campaign: topic, zones, units, tasks and dates.';
GRANT UPDATE (tasks, result) ON work.campaign TO campus_app;
COMMENT ON COLUMN out.rule_finding.rule_id IS 'rule that was checked';
COMMENT ON COLUMN out_asof.rule_finding.rule_id IS 'rule that was checked';

CREATE TABLE out.hotspot (
    district_code TEXT NOT NULL,
    cell_id TEXT NOT NULL,
    period TEXT NOT NULL,
    category TEXT NOT NULL,
    count INTEGER NOT NULL,
    expected DOUBLE PRECISION NOT NULL,
    z DOUBLE PRECISION,
    p DOUBLE PRECISION,
    q DOUBLE PRECISION,
    class TEXT NOT NULL,
    geom geometry(POLYGON,4490) NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_hotspot PRIMARY KEY (district_code, cell_id, period, category),
    CONSTRAINT ck_hotspot_period CHECK (period ~ '^\d{4}(-\d{2})?$'),
    CONSTRAINT fk_hotspot_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_hotspot_geom ON out.hotspot USING gist (geom);
CREATE INDEX ix_hotspot_period_category ON out.hotspot (period, category);
CREATE INDEX ix_hotspot_run_id ON out.hotspot (run_id);
COMMENT ON TABLE out.hotspot IS 'Events of one period and category in one hexagon and its neighbourhood.';
COMMENT ON COLUMN out.hotspot.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out.hotspot.cell_id IS 'hexagon, the same for ever';
COMMENT ON COLUMN out.hotspot.period IS 'YYYY or YYYY-MM';
COMMENT ON COLUMN out.hotspot.category IS 'category of event, or all';
COMMENT ON COLUMN out.hotspot.count IS 'events in the hexagon';
COMMENT ON COLUMN out.hotspot.expected IS 'events expected in its neighbourhood';
COMMENT ON COLUMN out.hotspot.z IS 'analytic Gi*; empty where it is not defined';
COMMENT ON COLUMN out.hotspot.p IS 'exact binomial tail of the neighbourhood sum, given the total';
COMMENT ON COLUMN out.hotspot.q IS 'p after Benjamini-Hochberg';
COMMENT ON COLUMN out.hotspot.class IS 'what the map shows of it';
COMMENT ON COLUMN out.hotspot.geom IS 'the hexagon, EPSG:4490';
COMMENT ON COLUMN out.hotspot.run_id IS 'run that wrote it';

CREATE TABLE out_asof.hotspot (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    cell_id TEXT NOT NULL,
    period TEXT NOT NULL,
    category TEXT NOT NULL,
    count INTEGER NOT NULL,
    expected DOUBLE PRECISION NOT NULL,
    z DOUBLE PRECISION,
    p DOUBLE PRECISION,
    q DOUBLE PRECISION,
    class TEXT NOT NULL,
    geom geometry(POLYGON,4490) NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_hotspot PRIMARY KEY (district_code, as_of, cell_id, period, category),
    CONSTRAINT ck_hotspot_period CHECK (period ~ '^\d{4}(-\d{2})?$'),
    CONSTRAINT fk_hotspot_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_hotspot_geom ON out_asof.hotspot USING gist (geom);
CREATE INDEX ix_hotspot_period_category ON out_asof.hotspot (period, category);
CREATE INDEX ix_hotspot_run_id ON out_asof.hotspot (run_id);
COMMENT ON TABLE out_asof.hotspot IS 'Events of one period and category in one hexagon and its neighbourhood.';
COMMENT ON COLUMN out_asof.hotspot.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.hotspot.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.hotspot.cell_id IS 'hexagon, the same for ever';
COMMENT ON COLUMN out_asof.hotspot.period IS 'YYYY or YYYY-MM';
COMMENT ON COLUMN out_asof.hotspot.category IS 'category of event, or all';
COMMENT ON COLUMN out_asof.hotspot.count IS 'events in the hexagon';
COMMENT ON COLUMN out_asof.hotspot.expected IS 'events expected in its neighbourhood';
COMMENT ON COLUMN out_asof.hotspot.z IS 'analytic Gi*; empty where it is not defined';
COMMENT ON COLUMN out_asof.hotspot.p IS 'exact binomial tail of the neighbourhood sum, given the total';
COMMENT ON COLUMN out_asof.hotspot.q IS 'p after Benjamini-Hochberg';
COMMENT ON COLUMN out_asof.hotspot.class IS 'what the map shows of it';
COMMENT ON COLUMN out_asof.hotspot.geom IS 'the hexagon, EPSG:4490';
COMMENT ON COLUMN out_asof.hotspot.run_id IS 'run that wrote it';
DO $$
DECLARE
    tab text;
    in_scope constant text :=
        '(SELECT v.all_districts FROM auth.viewer() AS v)'
        ' OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[])';
BEGIN
    FOREACH tab IN ARRAY ARRAY['out.hotspot', 'out_asof.hotspot'] LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tab);
        EXECUTE format('CREATE POLICY loader_all ON %s TO campus_loader USING (true) WITH CHECK (true)', tab);
        EXECUTE format('CREATE POLICY viewer_sees ON %s FOR SELECT TO campus_app USING (%s)', tab, in_scope);
        EXECUTE format('GRANT SELECT ON %s TO campus_app', tab);
    END LOOP;
END
$$;
