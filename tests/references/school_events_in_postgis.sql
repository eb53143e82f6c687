-- The class of every school's events by school year, in one statement: no index, no plane but the database's own.
-- Parameters: srid (the metric plane), day (the local date up to which events count), zone.
WITH school AS (
    SELECT id, code, district_code, ST_Transform(geom, CAST(%(srid)s AS int)) AS geom
      FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL
), event AS (
    SELECT i.code, i.district_code,
           CASE WHEN extract(month FROM occurred_at AT TIME ZONE %(zone)s) >= 9
                THEN extract(year FROM occurred_at AT TIME ZONE %(zone)s)
                ELSE extract(year FROM occurred_at AT TIME ZONE %(zone)s) - 1 END::int AS school_year,
           coalesce(ST_Transform(i.geom, CAST(%(srid)s AS int)), ST_SetSRID(ST_MakePoint(
               500000 + 150 * split_part(cell_id, '_', 3)::float8,
               100 * sqrt(3::float8) * (split_part(cell_id, '_', 4)::float8 + split_part(cell_id, '_', 3)::float8 / 2)
           ), CAST(%(srid)s AS int))) AS geom
      FROM core.incident AS i
     WHERE valid_to IS NULL AND ended_by IS NULL
       AND (occurred_at AT TIME ZONE %(zone)s)::date <= %(day)s
), nearest AS (
    SELECT DISTINCT ON (e.code) e.code AS event, s.code AS school, e.school_year
      FROM event AS e JOIN school AS s ON ST_Distance(e.geom, s.geom) <= 500
     ORDER BY e.code, ST_Distance(e.geom, s.geom), s.code
), told AS (
    SELECT district_code, school_year FROM event
    UNION
    SELECT s.district_code, n.school_year FROM nearest AS n JOIN school AS s ON s.code = n.school
), counted AS (
    SELECT s.district_code, s.id AS school_id, s.code AS school_code, t.school_year, count(n.event) AS events
      FROM school AS s
      JOIN told AS t USING (district_code)
      LEFT JOIN nearest AS n ON n.school = s.code AND n.school_year = t.school_year
     GROUP BY 1, 2, 3, 4
)
SELECT district_code, school_id, school_code, school_year::int AS school_year, events,
       CASE WHEN events < 10 THEN '<10' WHEN events < 25 THEN '10-24' WHEN events < 50 THEN '25-49'
            WHEN events < 100 THEN '50-99' ELSE '100+' END AS class
  FROM counted ORDER BY district_code, school_code, school_year
