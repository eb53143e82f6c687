-- Revision 0001: vector tiles for the app's role. Frozen.
-- Like the boxes: run as the owner, the viewer's scope applied here, `geom && box` first. EPSG:4490 is drawn as WGS84.
-- A tile without anything in it, and one that does not exist, is an empty string of bytes.

CREATE FUNCTION "out".tile_box(z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    -- a sixty-fourth of the tile more on each side, so that strokes do not end at its edge
    SELECT CASE WHEN z BETWEEN 0 AND 22 AND x BETWEEN 0 AND (1 << z) - 1 AND y BETWEEN 0 AND (1 << z) - 1
                THEN ST_SetSRID(ST_Transform(ST_TileEnvelope(z, x, y, margin => 0.015625), 4326), 4490) END
$$;
COMMENT ON FUNCTION "out".tile_box(integer, integer, integer) IS 'Box of a tile with its margin, EPSG:4490.';

CREATE FUNCTION "out".tile_shape(geom geometry, z integer, x integer, y integer) RETURNS geometry
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    -- half a pixel of the tile's own grid of 4096 may go before anyone sees it
    SELECT ST_AsMVTGeom(
        ST_Transform(ST_SetSRID(ST_Simplify(geom, 360.0 / (1 << z) / 8192, true), 4326), 3857),
        ST_TileEnvelope(z, x, y), 4096, 64, true)
$$;
COMMENT ON FUNCTION "out".tile_shape(geometry, integer, integer, integer) IS
    'A stored geometry in the coordinates of a tile, simplified by zoom.';

CREATE FUNCTION "out".road_classes(z integer) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN z < 10 THEN ARRAY['motorway', 'trunk', 'primary']
        WHEN z < 12 THEN ARRAY['motorway', 'motorway_link', 'trunk', 'trunk_link', 'primary', 'primary_link', 'secondary']
        WHEN z < 14 THEN ARRAY['motorway', 'motorway_link', 'trunk', 'trunk_link', 'primary', 'primary_link',
                               'secondary', 'secondary_link', 'tertiary', 'tertiary_link']
        END
$$;
COMMENT ON FUNCTION "out".road_classes(integer) IS 'Classes of road that a zoom shows; NULL: all of them.';

CREATE FUNCTION "out".tile_road(z integer, x integer, y integer) RETURNS bytea
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".tile_road(integer, integer, integer) IS 'Vector tile of the roads that the zoom shows.';

CREATE FUNCTION "out".tile_basemap(z integer, x integer, y integer) RETURNS bytea
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".tile_basemap(integer, integer, integer) IS 'Vector tile of the background; buildings from zoom 13.';

CREATE FUNCTION "out".tile_area(z integer, x integer, y integer, level text DEFAULT NULL) RETURNS bytea
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
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
COMMENT ON FUNCTION "out".tile_area(integer, integer, integer, text) IS 'Vector tile of districts, towns or police areas.';

CREATE FUNCTION "out".tile_perimeter(z integer, x integer, y integer, ring_m integer) RETURNS bytea
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    SELECT ST_AsMVT(f, 'perimeter', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.school_id AS feature_id, t.school_code, t.ring_m,
               "out".tile_shape(t.geom, tile_perimeter.z, tile_perimeter.x, tile_perimeter.y) AS shape
          FROM "out".perimeter AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.ring_m = tile_perimeter.ring_m
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;
COMMENT ON FUNCTION "out".tile_perimeter(integer, integer, integer, integer) IS 'Vector tile of the zones of one radius; the feature is the school.';

CREATE FUNCTION "out".tile_coverage_gap(z integer, x integer, y integer, ring_m integer, metric text, day_type text, slot text) RETURNS bytea
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
    SELECT v.all_districts, v.districts INTO sees_all, sees FROM auth.viewer() AS v;
    SELECT ST_AsMVT(f, 'coverage_gap', 4096, 'shape', 'feature_id') INTO tile
      FROM (
        SELECT t.school_id AS feature_id, t.school_code, t.area_m2,
               "out".tile_shape(t.geom, tile_coverage_gap.z, tile_coverage_gap.x, tile_coverage_gap.y) AS shape
          FROM "out".coverage_gap AS t
         WHERE t.geom && box
           AND (sees_all OR t.district_code = ANY (sees))
           AND t.ring_m = tile_coverage_gap.ring_m
           AND t.metric = tile_coverage_gap.metric
           AND t.day_type = tile_coverage_gap.day_type
           AND t.slot = tile_coverage_gap.slot
      ) AS f
     WHERE f.shape IS NOT NULL;
    RETURN coalesce(tile, '');
END
$$;
COMMENT ON FUNCTION "out".tile_coverage_gap(integer, integer, integer, integer, text, text, text) IS 'Vector tile of the coverage gaps of one view; the feature is the school.';
