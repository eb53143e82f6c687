"""Cover and gaps in PostGIS: a lateral union of the discs that touch each ring, found through the index."""

from __future__ import annotations

TABLES = """
    CREATE TEMPORARY TABLE bench_ground (id bigint, geom geometry(Polygon, 4549));
    CREATE TEMPORARY TABLE bench_post (id bigint, reach float8, geom geometry(Point, 4549))
"""
POSTS = """
    DROP TABLE IF EXISTS bench_disc;
    CREATE TEMPORARY TABLE bench_disc AS
        SELECT id, geom AS spot, ST_Buffer(geom, reach, 'quad_segs=16') AS geom FROM bench_post;
    CREATE INDEX ON bench_disc USING gist (geom);
    CREATE INDEX ON bench_disc USING gist (spot);
    ANALYZE bench_disc
"""
COVER = """
    SELECT sum(ST_Area(gap)), sum(covered), sum(posts), sum(nearest) FROM (
        SELECT
            CASE WHEN u.geom IS NULL THEN z.ring ELSE ST_Difference(z.ring, u.geom) END AS gap,
            coalesce(ST_Area(ST_Intersection(z.ring, u.geom)), 0) AS covered,
            u.posts,
            near.m AS nearest
        FROM bench_ground AS s
        CROSS JOIN LATERAL (
            SELECT ST_Distance(s.geom, p.spot) AS m FROM bench_disc AS p ORDER BY p.spot <-> s.geom LIMIT 1
        ) AS near
        CROSS JOIN unnest(%s::float8[]) AS r (m)
        CROSS JOIN LATERAL (
            SELECT ST_Difference(ST_Buffer(s.geom, r.m, 'quad_segs=16'), s.geom) AS ring OFFSET 0
        ) AS z
        CROSS JOIN LATERAL (
            SELECT ST_Union(d.geom) AS geom, count(*) AS posts FROM bench_disc AS d
            WHERE ST_Intersects(d.geom, z.ring)
        ) AS u
    ) AS cover
"""


def fill(cursor, ground, posts) -> None:
    """Make the tables from hexadecimal EWKB; posts are pairs of reach and point."""
    # Parallel workers cost 1.5 to 1.7 times the processor time of one.
    cursor.execute("SET max_parallel_workers_per_gather = 0")
    cursor.execute(TABLES)
    with cursor.copy("COPY bench_ground FROM STDIN") as copy:
        for number, geometry in enumerate(ground):
            copy.write_row((number, geometry))
    with cursor.copy("COPY bench_post FROM STDIN") as copy:
        for number, (reach, geometry) in enumerate(posts):
            copy.write_row((number, reach, geometry))
    cursor.execute("ANALYZE bench_ground")
    cursor.execute("ANALYZE bench_post")


def cover(cursor, radii) -> tuple[float, ...]:
    """Give the sums of gap areas, covered areas, posts and nearest distances; no shape is sent."""
    cursor.execute(POSTS)
    return tuple(map(float, cursor.execute(COVER, (list(map(float, radii)),)).fetchone()))
