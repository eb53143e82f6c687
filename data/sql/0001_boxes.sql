-- Revision 0001: spatial reads of the app's role. Frozen.
-- PostGIS operators are not leakproof, so row-level security would keep the planner from every spatial index. These
-- functions run as the owner, apply the viewer's scope themselves and put the box first. Each gives exactly the rows
-- that the policies would. A filter that is NULL does not filter. Coordinates: EPSG:4490, degrees.

CREATE FUNCTION "out".in_box_perimeter(
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
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    RETURN QUERY
        SELECT t.*
          FROM "out".perimeter AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (in_box_perimeter.ring_m IS NULL OR t.ring_m = in_box_perimeter.ring_m)
         LIMIT in_box_perimeter.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_perimeter(double precision, double precision, double precision, double precision, integer, integer) IS
    'Zones whose box touches a box.';

CREATE FUNCTION "out".in_box_coverage_gap(
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
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    RETURN QUERY
        SELECT t.*
          FROM "out".coverage_gap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND (in_box_coverage_gap.ring_m IS NULL OR t.ring_m = in_box_coverage_gap.ring_m)
           AND (in_box_coverage_gap.metric IS NULL OR t.metric = in_box_coverage_gap.metric)
           AND (in_box_coverage_gap.day_type IS NULL OR t.day_type = in_box_coverage_gap.day_type)
           AND (in_box_coverage_gap.slot IS NULL OR t.slot = in_box_coverage_gap.slot)
         LIMIT in_box_coverage_gap.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_coverage_gap(double precision, double precision, double precision, double precision, integer, text, text, text, integer) IS
    'Coverage gaps whose box touches a box.';

CREATE FUNCTION "out".in_box_school(
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
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    RETURN QUERY
        SELECT t.*
          FROM core.school AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_school.stages IS NULL OR t.stage = ANY (in_box_school.stages))
         LIMIT in_box_school.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_school(double precision, double precision, double precision, double precision, text[], integer) IS
    'Schools of today whose box touches a box.';

CREATE FUNCTION "out".in_box_gate(
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
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    RETURN QUERY
        SELECT t.*
          FROM core.gate AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
         LIMIT in_box_gate.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_gate(double precision, double precision, double precision, double precision, integer) IS
    'Gates of today in a box.';

CREATE FUNCTION "out".in_box_post(
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
BEGIN
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    RETURN QUERY
        SELECT t.*
          FROM core.post AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.valid_to IS NULL AND t.ended_by IS NULL
           AND (in_box_post.types IS NULL OR t.type = ANY (in_box_post.types))
         LIMIT in_box_post.row_limit;
END
$$;
COMMENT ON FUNCTION "out".in_box_post(double precision, double precision, double precision, double precision, text[], integer) IS
    'Posts of today in a box.';

CREATE FUNCTION "out".in_box_road(
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".in_box_road(double precision, double precision, double precision, double precision, text[], integer) IS
    'Roads of today whose box touches a box.';

CREATE FUNCTION "out".in_box_basemap(
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".in_box_basemap(double precision, double precision, double precision, double precision, text[], integer) IS
    'Background shapes of today whose box touches a box.';

CREATE FUNCTION "out".in_box_area(
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".in_box_area(double precision, double precision, double precision, double precision, text, integer) IS
    'Areas of today whose box touches a box.';
