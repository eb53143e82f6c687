-- Revision 0005: what posts reach by road within each response tier. Frozen: what changes later is a later revision.
-- Who can be where, and how fast, is for commanders alone: the policies and the function ask for the role as well as for
-- the district.

CREATE TABLE out.service_area (
    district_code TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    minutes DOUBLE PRECISION NOT NULL,
    post_code TEXT NOT NULL,
    mobility TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_service_area PRIMARY KEY (district_code, post_id, minutes),
    CONSTRAINT ck_service_area_mobility CHECK (mobility IN ('foot', 'ebike', 'car')),
    CONSTRAINT fk_service_area_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_service_area_geom ON out.service_area USING gist (geom);
CREATE INDEX ix_service_area_post_code ON out.service_area (post_code);
CREATE INDEX ix_service_area_run_id ON out.service_area (run_id);
COMMENT ON TABLE out.service_area IS 'What a post reaches by road within some minutes, and what lies beside these roads.';
COMMENT ON COLUMN out.service_area.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out.service_area.post_id IS 'core.post.id';
COMMENT ON COLUMN out.service_area.minutes IS 'time from the order to arrival, minutes; a response tier';
COMMENT ON COLUMN out.service_area.post_code IS 'code of the post';
COMMENT ON COLUMN out.service_area.mobility IS 'how the post moves, or is assumed to';
COMMENT ON COLUMN out.service_area.geom IS 'the area, EPSG:4490; no row where no road is reached';
COMMENT ON COLUMN out.service_area.area_m2 IS 'its area, m2';
COMMENT ON COLUMN out.service_area.run_id IS 'run that wrote it';
ALTER TABLE out.service_area ENABLE ROW LEVEL SECURITY;
CREATE POLICY loader_all ON out.service_area TO campus_loader USING (true) WITH CHECK (true);
CREATE POLICY viewer_sees ON out.service_area FOR SELECT TO campus_app
    USING (((SELECT v.all_districts FROM auth.viewer() AS v)
            OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[]))
           AND (SELECT v.role FROM auth.viewer() AS v) IN ('commander', 'local'));
GRANT SELECT ON out.service_area TO campus_app;

CREATE TABLE out_asof.service_area (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    post_id BIGINT NOT NULL,
    minutes DOUBLE PRECISION NOT NULL,
    post_code TEXT NOT NULL,
    mobility TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_service_area PRIMARY KEY (district_code, as_of, post_id, minutes),
    CONSTRAINT ck_service_area_mobility CHECK (mobility IN ('foot', 'ebike', 'car')),
    CONSTRAINT fk_service_area_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_service_area_geom ON out_asof.service_area USING gist (geom);
CREATE INDEX ix_service_area_post_code ON out_asof.service_area (post_code);
CREATE INDEX ix_service_area_run_id ON out_asof.service_area (run_id);
COMMENT ON TABLE out_asof.service_area IS 'What a post reaches by road within some minutes, and what lies beside these roads.';
COMMENT ON COLUMN out_asof.service_area.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.service_area.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.service_area.post_id IS 'core.post.id';
COMMENT ON COLUMN out_asof.service_area.minutes IS 'time from the order to arrival, minutes; a response tier';
COMMENT ON COLUMN out_asof.service_area.post_code IS 'code of the post';
COMMENT ON COLUMN out_asof.service_area.mobility IS 'how the post moves, or is assumed to';
COMMENT ON COLUMN out_asof.service_area.geom IS 'the area, EPSG:4490; no row where no road is reached';
COMMENT ON COLUMN out_asof.service_area.area_m2 IS 'its area, m2';
COMMENT ON COLUMN out_asof.service_area.run_id IS 'run that wrote it';
ALTER TABLE out_asof.service_area ENABLE ROW LEVEL SECURITY;
CREATE POLICY loader_all ON out_asof.service_area TO campus_loader USING (true) WITH CHECK (true);
CREATE POLICY viewer_sees ON out_asof.service_area FOR SELECT TO campus_app
    USING (((SELECT v.all_districts FROM auth.viewer() AS v)
            OR district_code = ANY ((SELECT v.districts FROM auth.viewer() AS v)::text[]))
           AND (SELECT v.role FROM auth.viewer() AS v) IN ('commander', 'local'));
GRANT SELECT ON out_asof.service_area TO campus_app;

CREATE FUNCTION "out".in_box_service_area(
    xmin double precision, ymin double precision, xmax double precision, ymax double precision,
    post_code text DEFAULT NULL,
    minutes double precision DEFAULT NULL,
    row_limit integer DEFAULT NULL
) RETURNS SETOF "out".service_area
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    box constant geometry := ST_MakeEnvelope(xmin, ymin, xmax, ymax, 4490);
    sees_all boolean;
    sees text[];
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees
      FROM auth.viewer() AS v WHERE v.role IN ('commander', 'local');
    RETURN QUERY
        SELECT t.*
          FROM "out".service_area AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (in_box_service_area.post_code IS NULL OR t.post_code = in_box_service_area.post_code)
           AND (in_box_service_area.minutes IS NULL OR t.minutes = in_box_service_area.minutes)
         LIMIT in_box_service_area.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_service_area(double precision, double precision, double precision, double precision, text, double precision, integer) IS
    'Service areas of posts whose box touches a box; for commanders.';
GRANT EXECUTE ON FUNCTION "out".in_box_service_area(double precision, double precision, double precision, double precision, text, double precision, integer) TO campus_app;
