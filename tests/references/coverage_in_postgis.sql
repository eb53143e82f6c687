-- Perimeter cover of every school, ring, slot and day type by brute force: bells to slots, duties to hours, discs and
-- rings, all in one statement over core, each row on its own. Places: %(day)s, %(rings)s, %(reach)s (jsonb, metres by
-- mobility), %(borders)s (jsonb, minutes), %(bells)s (jsonb, stage -> [direction, start, end] in minutes), %(srid)s.
WITH school AS MATERIALIZED (
    SELECT id, code, stage, ST_Transform(geom, %(srid)s) AS ground
    FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL
), bell AS (
    SELECT b.school_code, b.direction, coalesce(b.weekdays, '{0,1,2,3,4}') AS weekdays,
           extract(epoch FROM b.start) / 60 AS s, extract(epoch FROM coalesce(b."end", b.start)) / 60 AS e
    FROM core.bell_slot AS b
    WHERE b.valid_to IS NULL AND b.ended_by IS NULL
      AND coalesce(b.date_from, '-infinity') <= %(day)s AND %(day)s <= coalesce(b.date_to, 'infinity')
    UNION ALL
    SELECT school.code, usual ->> 0, '{0,1,2,3,4}', (usual ->> 1)::numeric, (usual ->> 2)::numeric
    FROM school CROSS JOIN LATERAL jsonb_array_elements(%(bells)s::jsonb -> school.stage) AS usual
    WHERE NOT EXISTS (
        SELECT FROM core.bell_slot AS b
        WHERE b.school_code = school.code AND b.valid_to IS NULL AND b.ended_by IS NULL
    )
), named AS (
    SELECT school_code, weekdays, s, e,
           CASE WHEN direction = 'in' AND s < (%(borders)s::jsonb ->> 'morning_in')::numeric THEN 'morning_in'
                WHEN direction = 'in' THEN 'noon_in'
                WHEN s < (%(borders)s::jsonb ->> 'noon_out')::numeric THEN 'noon_out'
                WHEN s < (%(borders)s::jsonb ->> 'afternoon_out')::numeric THEN 'afternoon_out'
                ELSE 'evening_out' END AS slot
    FROM bell
), slot AS (
    SELECT school_code, slot, min(s) AS s, max(e) AS e,
           (SELECT array_agg(DISTINCT d) FROM named AS own, unnest(own.weekdays) AS d
            WHERE own.school_code = named.school_code AND own.slot = named.slot) AS weekdays
    FROM named GROUP BY school_code, slot
), asked AS MATERIALIZED (
    SELECT school_code, slot, day_type, s, e,
           CASE day_type WHEN 'school_day' THEN weekdays ELSE '{5,6}' END AS weekdays
    FROM slot CROSS JOIN (VALUES ('school_day'), ('rest_day')) AS kinds (day_type)
    UNION ALL
    SELECT code, 'all', day_type, NULL, NULL, NULL
    FROM school CROSS JOIN (VALUES ('school_day'), ('rest_day')) AS kinds (day_type)
), hours AS (
    SELECT d.post_code, range_agg(numrange(
               w * 1440 + extract(epoch FROM d.start) / 60 + week * 10080,
               w * 1440 + extract(epoch FROM d."end") / 60 + week * 10080
                 + CASE WHEN d."end" < d.start THEN 1440 ELSE 0 END, '[]')) AS manned
    FROM core.duty AS d
    CROSS JOIN LATERAL unnest(coalesce(d.weekdays, '{0,1,2,3,4}')) AS w
    CROSS JOIN generate_series(-1, 1) AS week
    WHERE d.valid_to IS NULL AND d.ended_by IS NULL
      AND coalesce(d.date_from, '-infinity') <= %(day)s AND %(day)s <= coalesce(d.date_to, 'infinity')
    GROUP BY d.post_code
), post AS MATERIALIZED (
    SELECT p.code, ST_Transform(p.geom, %(srid)s) AS spot,
           ST_Buffer(ST_Transform(p.geom, %(srid)s),
                     (%(reach)s::jsonb ->> coalesce(p.mobility, 'foot'))::float8, 'quad_segs=16') AS disc,
           hours.manned,
           p.type IN ('police_station', 'police_box', 'traffic_post') AND NOT EXISTS (
               SELECT FROM core.duty AS d WHERE d.post_code = p.code AND d.valid_to IS NULL AND d.ended_by IS NULL
           ) AS assumed
    FROM core.post AS p LEFT JOIN hours ON hours.post_code = p.code
    WHERE p.valid_to IS NULL AND p.ended_by IS NULL
), counted AS MATERIALIZED (
    SELECT asked.school_code, asked.slot, asked.day_type, post.code, post.spot, post.disc
    FROM asked CROSS JOIN post
    WHERE asked.slot = 'all' OR post.assumed OR post.manned @> (
        SELECT range_agg(numrange(w * 1440 + asked.s, w * 1440 + asked.e, '[]')) FROM unnest(asked.weekdays) AS w
    )
), ring AS MATERIALIZED (
    SELECT school.code AS school_code, r AS ring_m, school.ground,
           ST_Difference(ST_Buffer(school.ground, r, 'quad_segs=16'),
                         CASE WHEN ST_Dimension(school.ground) = 2 THEN school.ground
                              ELSE ST_GeomFromText('POLYGON EMPTY', %(srid)s) END) AS shape
    FROM school CROSS JOIN unnest(%(rings)s::float8[]) AS r
), near AS MATERIALIZED (
    SELECT asked.school_code, asked.slot, asked.day_type, ring.ring_m, ring.shape,
           ST_Union(c.disc) FILTER (WHERE ST_Intersects(c.disc, ring.shape)) AS reached,
           count(*) FILTER (WHERE ST_Intersects(c.disc, ring.shape)) AS posts,
           min(ST_Distance(ring.ground, c.spot)) AS nearest
    FROM asked
    JOIN ring ON ring.school_code = asked.school_code
    LEFT JOIN counted AS c
        ON c.school_code = asked.school_code AND c.slot = asked.slot AND c.day_type = asked.day_type
    GROUP BY asked.school_code, asked.slot, asked.day_type, ring.ring_m, ring.shape
)
SELECT school_code, ring_m, day_type, slot,
       ST_Area(shape) AS ring_area_m2,
       coalesce(ST_Area(ST_Intersection(shape, reached)), 0) AS covered_area_m2,
       CASE WHEN reached IS NULL THEN ST_Area(shape) ELSE ST_Area(ST_Difference(shape, reached)) END AS gap_area_m2,
       posts AS post_count,
       nearest AS nearest_post_m
FROM near
ORDER BY 1, 2, 3, 4
