-- Revision 0001: tables of schema out_asof, with the meaning of every column. Frozen: what changes later is a later revision.
CREATE SCHEMA out_asof;

CREATE TABLE out_asof.coverage (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    school_id BIGINT NOT NULL,
    ring_m INTEGER NOT NULL,
    metric TEXT NOT NULL,
    day_type TEXT NOT NULL,
    slot TEXT NOT NULL,
    school_code TEXT NOT NULL,
    ring_area_m2 DOUBLE PRECISION NOT NULL,
    covered_area_m2 DOUBLE PRECISION NOT NULL,
    gap_area_m2 DOUBLE PRECISION NOT NULL,
    covered_share DOUBLE PRECISION NOT NULL,
    post_count INTEGER NOT NULL,
    nearest_post_m DOUBLE PRECISION,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_coverage PRIMARY KEY (district_code, as_of, school_id, ring_m, metric, day_type, slot),
    CONSTRAINT ck_coverage_metric CHECK (metric IN ('straight', 'road')),
    CONSTRAINT ck_coverage_day_type CHECK (day_type IN ('school_day', 'rest_day')),
    CONSTRAINT ck_coverage_slot CHECK (slot IN ('all', 'morning_in', 'noon_out', 'noon_in', 'afternoon_out', 'evening_out')),
    CONSTRAINT ck_coverage_covered_share CHECK (covered_share BETWEEN 0 AND 1),
    CONSTRAINT fk_coverage_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_coverage_run_id ON out_asof.coverage (run_id);
CREATE INDEX ix_coverage_view ON out_asof.coverage (ring_m, metric, day_type, slot);
COMMENT ON TABLE out_asof.coverage IS 'How much of a school''s ring lies within reach of posts on duty.';
COMMENT ON COLUMN out_asof.coverage.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.coverage.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.coverage.school_id IS 'core.school.id';
COMMENT ON COLUMN out_asof.coverage.ring_m IS 'distance from the boundary, m';
COMMENT ON COLUMN out_asof.coverage.metric IS 'straight, or road where roads are known';
COMMENT ON COLUMN out_asof.coverage.day_type IS 'school_day or rest_day';
COMMENT ON COLUMN out_asof.coverage.slot IS 'time of the school''s day; all: duty hours ignored';
COMMENT ON COLUMN out_asof.coverage.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.coverage.ring_area_m2 IS 'area of the ring, without the ground, m2';
COMMENT ON COLUMN out_asof.coverage.covered_area_m2 IS 'area within reach of a post on duty, m2';
COMMENT ON COLUMN out_asof.coverage.gap_area_m2 IS 'area out of reach, m2; covered and gap add up to the ring';
COMMENT ON COLUMN out_asof.coverage.covered_share IS 'covered share of the ring, 0 to 1';
COMMENT ON COLUMN out_asof.coverage.post_count IS 'posts on duty whose reach touches the ring';
COMMENT ON COLUMN out_asof.coverage.nearest_post_m IS 'distance from the boundary to the nearest post on duty, m; 0 inside, empty without posts';
COMMENT ON COLUMN out_asof.coverage.run_id IS 'run that wrote it';

CREATE TABLE out_asof.coverage_gap (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    school_id BIGINT NOT NULL,
    ring_m INTEGER NOT NULL,
    metric TEXT NOT NULL,
    day_type TEXT NOT NULL,
    slot TEXT NOT NULL,
    school_code TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_coverage_gap PRIMARY KEY (district_code, as_of, school_id, ring_m, metric, day_type, slot),
    CONSTRAINT ck_coverage_gap_metric CHECK (metric IN ('straight', 'road')),
    CONSTRAINT ck_coverage_gap_day_type CHECK (day_type IN ('school_day', 'rest_day')),
    CONSTRAINT ck_coverage_gap_slot CHECK (slot IN ('all', 'morning_in', 'noon_out', 'noon_in', 'afternoon_out', 'evening_out')),
    CONSTRAINT fk_coverage_gap_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_coverage_gap_geom ON out_asof.coverage_gap USING gist (geom);
CREATE INDEX ix_coverage_gap_run_id ON out_asof.coverage_gap (run_id);
CREATE INDEX ix_coverage_gap_view ON out_asof.coverage_gap (ring_m, metric, day_type, slot);
COMMENT ON TABLE out_asof.coverage_gap IS 'The part of a school''s ring that no post on duty reaches.';
COMMENT ON COLUMN out_asof.coverage_gap.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.coverage_gap.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.coverage_gap.school_id IS 'core.school.id';
COMMENT ON COLUMN out_asof.coverage_gap.ring_m IS 'distance from the boundary, m';
COMMENT ON COLUMN out_asof.coverage_gap.metric IS 'straight, or road where roads are known';
COMMENT ON COLUMN out_asof.coverage_gap.day_type IS 'school_day or rest_day';
COMMENT ON COLUMN out_asof.coverage_gap.slot IS 'time of the school''s day; all: duty hours ignored';
COMMENT ON COLUMN out_asof.coverage_gap.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.coverage_gap.geom IS 'the gap, EPSG:4490';
COMMENT ON COLUMN out_asof.coverage_gap.area_m2 IS 'area of the gap, m2';
COMMENT ON COLUMN out_asof.coverage_gap.run_id IS 'run that wrote it';

CREATE TABLE out_asof.focus_zone (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    zone_id TEXT NOT NULL,
    town_code TEXT NOT NULL,
    police_area_codes TEXT[] NOT NULL,
    school_codes TEXT[] NOT NULL,
    rank INTEGER NOT NULL,
    rank_low INTEGER,
    rank_high INTEGER,
    weights_rank_low INTEGER,
    weights_rank_high INTEGER,
    score DOUBLE PRECISION NOT NULL,
    terms JSONB NOT NULL,
    weights JSONB NOT NULL,
    way_off JSONB,
    is_enough_data BOOLEAN NOT NULL,
    pupils INTEGER,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_focus_zone PRIMARY KEY (district_code, as_of, zone_id),
    CONSTRAINT fk_focus_zone_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_focus_zone_geom ON out_asof.focus_zone USING gist (geom);
CREATE INDEX ix_focus_zone_rank ON out_asof.focus_zone (rank);
CREATE INDEX ix_focus_zone_run_id ON out_asof.focus_zone (run_id);
CREATE INDEX ix_focus_zone_town_code ON out_asof.focus_zone (town_code);
COMMENT ON TABLE out_asof.focus_zone IS 'Schools whose 200 m zones touch, cut by town, with the reasons to look there first.';
COMMENT ON COLUMN out_asof.focus_zone.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.focus_zone.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.focus_zone.zone_id IS 'zone: its town and its school of the smallest code';
COMMENT ON COLUMN out_asof.focus_zone.town_code IS 'town that it lies in';
COMMENT ON COLUMN out_asof.focus_zone.police_area_codes IS 'police areas that it touches';
COMMENT ON COLUMN out_asof.focus_zone.school_codes IS 'schools of the zone';
COMMENT ON COLUMN out_asof.focus_zone.rank IS 'place in the list; equal scores share a place';
COMMENT ON COLUMN out_asof.focus_zone.rank_low IS 'best place within the data interval; empty: not enough data';
COMMENT ON COLUMN out_asof.focus_zone.rank_high IS 'worst place within the data interval';
COMMENT ON COLUMN out_asof.focus_zone.weights_rank_low IS 'best place when the weights vary';
COMMENT ON COLUMN out_asof.focus_zone.weights_rank_high IS 'worst place when the weights vary';
COMMENT ON COLUMN out_asof.focus_zone.score IS 'weighted sum of the terms, 0 to 1';
COMMENT ON COLUMN out_asof.focus_zone.terms IS 'each term''s value, unit and part of the score';
COMMENT ON COLUMN out_asof.focus_zone.weights IS 'weight of each term and who set it';
COMMENT ON COLUMN out_asof.focus_zone.way_off IS 'what would take it off the list';
COMMENT ON COLUMN out_asof.focus_zone.is_enough_data IS 'whether there is data enough to rank it';
COMMENT ON COLUMN out_asof.focus_zone.pupils IS 'pupils of its schools';
COMMENT ON COLUMN out_asof.focus_zone.geom IS 'the zone, EPSG:4490';
COMMENT ON COLUMN out_asof.focus_zone.run_id IS 'run that wrote it';

CREATE TABLE out_asof.gate_slot (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    gate_id BIGINT NOT NULL,
    bell_slot_id BIGINT NOT NULL,
    date_type TEXT NOT NULL,
    school_code TEXT NOT NULL,
    slot TEXT NOT NULL,
    window_start TIME WITHOUT TIME ZONE NOT NULL,
    window_end TIME WITHOUT TIME ZONE NOT NULL,
    required_min DOUBLE PRECISION NOT NULL,
    guarded_min DOUBLE PRECISION NOT NULL,
    uncovered_min DOUBLE PRECISION NOT NULL,
    uncovered_police_min DOUBLE PRECISION NOT NULL,
    guard_depth INTEGER NOT NULL,
    guard_reason TEXT NOT NULL,
    response_s DOUBLE PRECISION,
    second_response_s DOUBLE PRECISION,
    tier INTEGER,
    response_reason TEXT NOT NULL,
    pupils INTEGER,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_gate_slot PRIMARY KEY (district_code, as_of, gate_id, bell_slot_id, date_type),
    CONSTRAINT ck_gate_slot_slot CHECK (slot IN ('all', 'morning_in', 'noon_out', 'noon_in', 'afternoon_out', 'evening_out')),
    CONSTRAINT ck_gate_slot_guard_reason CHECK (guard_reason IN ('covered', 'no_post', 'not_on_duty', 'partly_on_duty', 'shared_elsewhere', 'no_data')),
    CONSTRAINT ck_gate_slot_response_reason CHECK (response_reason IN ('in_time', 'too_far', 'unreachable', 'no_post', 'no_data')),
    CONSTRAINT ck_gate_slot_date_type CHECK (date_type ~ '^(mon|tue|wed|thu|fri|sat|sun|\d{4}-\d{2}-\d{2})$'),
    CONSTRAINT fk_gate_slot_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_gate_slot_date_type_slot ON out_asof.gate_slot (date_type, slot);
CREATE INDEX ix_gate_slot_run_id ON out_asof.gate_slot (run_id);
CREATE INDEX ix_gate_slot_school_code ON out_asof.gate_slot (school_code);
COMMENT ON TABLE out_asof.gate_slot IS 'Who stands at a gate, and who can come, in one bell slot of one kind of day.';
COMMENT ON COLUMN out_asof.gate_slot.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.gate_slot.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.gate_slot.gate_id IS 'core.gate.id; negative for a gate made at build';
COMMENT ON COLUMN out_asof.gate_slot.bell_slot_id IS 'core.bell_slot.id; negative for a default by stage';
COMMENT ON COLUMN out_asof.gate_slot.date_type IS 'mon .. sun, the weekday whose timetable runs; or the ISO date that differs';
COMMENT ON COLUMN out_asof.gate_slot.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.gate_slot.slot IS 'time of the school''s day';
COMMENT ON COLUMN out_asof.gate_slot.window_start IS 'local clock time at which the window opens';
COMMENT ON COLUMN out_asof.gate_slot.window_end IS 'local clock time at which the window closes';
COMMENT ON COLUMN out_asof.gate_slot.required_min IS 'minutes of the window';
COMMENT ON COLUMN out_asof.gate_slot.guarded_min IS 'minutes in which any force stands at the gate';
COMMENT ON COLUMN out_asof.gate_slot.uncovered_min IS 'minutes in which nobody does';
COMMENT ON COLUMN out_asof.gate_slot.uncovered_police_min IS 'minutes in which no police do';
COMMENT ON COLUMN out_asof.gate_slot.guard_depth IS 'fewest posts at once in the window';
COMMENT ON COLUMN out_asof.gate_slot.guard_reason IS 'why it is, or is not, guarded';
COMMENT ON COLUMN out_asof.gate_slot.response_s IS 'road travel time from the nearest post on duty, s; empty when unreachable, no_post or no_data';
COMMENT ON COLUMN out_asof.gate_slot.second_response_s IS 'the same for the second nearest, s';
COMMENT ON COLUMN out_asof.gate_slot.tier IS 'response tier, minutes: 1, 3 or 5 by default; empty beyond';
COMMENT ON COLUMN out_asof.gate_slot.response_reason IS 'why help does, or does not, arrive in time';
COMMENT ON COLUMN out_asof.gate_slot.pupils IS 'pupils of the slot; empty where unknown';
COMMENT ON COLUMN out_asof.gate_slot.run_id IS 'run that wrote it';

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

CREATE TABLE out_asof.perimeter (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    school_id BIGINT NOT NULL,
    ring_m INTEGER NOT NULL,
    school_code TEXT NOT NULL,
    geom geometry(MULTIPOLYGON,4490) NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_perimeter PRIMARY KEY (district_code, as_of, school_id, ring_m),
    CONSTRAINT fk_perimeter_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_perimeter_geom ON out_asof.perimeter USING gist (geom);
CREATE INDEX ix_perimeter_ring_m_school_id ON out_asof.perimeter (ring_m, school_id);
CREATE INDEX ix_perimeter_run_id ON out_asof.perimeter (run_id);
COMMENT ON TABLE out_asof.perimeter IS 'A school''s zone: its ground and what lies within so many metres of the boundary.';
COMMENT ON COLUMN out_asof.perimeter.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.perimeter.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.perimeter.school_id IS 'core.school.id';
COMMENT ON COLUMN out_asof.perimeter.ring_m IS 'distance from the boundary, m';
COMMENT ON COLUMN out_asof.perimeter.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.perimeter.geom IS 'the zone, ground included, EPSG:4490';
COMMENT ON COLUMN out_asof.perimeter.area_m2 IS 'area of the zone, m2';
COMMENT ON COLUMN out_asof.perimeter.run_id IS 'run that wrote it';

CREATE TABLE out_asof.rule_finding (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    venue_code TEXT NOT NULL,
    school_code TEXT NOT NULL,
    rule_id BIGINT NOT NULL,
    distance_straight_m DOUBLE PRECISION,
    distance_walk_m DOUBLE PRECISION,
    band_m DOUBLE PRECISION NOT NULL,
    status TEXT NOT NULL,
    why TEXT,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_rule_finding PRIMARY KEY (district_code, as_of, venue_code, school_code, rule_id),
    CONSTRAINT ck_rule_finding_status CHECK (status IN ('clear', 'needs_survey', 'candidate')),
    CONSTRAINT fk_rule_finding_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_rule_finding_run_id ON out_asof.rule_finding (run_id);
CREATE INDEX ix_rule_finding_school_code ON out_asof.rule_finding (school_code);
COMMENT ON TABLE out_asof.rule_finding IS 'A venue within, or near, a rule''s distance of a school; never a verdict.';
COMMENT ON COLUMN out_asof.rule_finding.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.rule_finding.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.rule_finding.venue_code IS 'code of the venue';
COMMENT ON COLUMN out_asof.rule_finding.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.rule_finding.rule_id IS 'rule that was checked';
COMMENT ON COLUMN out_asof.rule_finding.distance_straight_m IS 'straight distance, m, to 1 mm';
COMMENT ON COLUMN out_asof.rule_finding.distance_walk_m IS 'walking distance, m, to 1 mm; empty without roads';
COMMENT ON COLUMN out_asof.rule_finding.band_m IS 'half width of the band in which only a survey decides, m';
COMMENT ON COLUMN out_asof.rule_finding.status IS 'clear, needs_survey or candidate';
COMMENT ON COLUMN out_asof.rule_finding.why IS 'key of the reason, such as a licence older than the rule';
COMMENT ON COLUMN out_asof.rule_finding.run_id IS 'run that wrote it';

CREATE TABLE out_asof.school_event_class (
    district_code TEXT NOT NULL,
    as_of DATE NOT NULL,
    school_id BIGINT NOT NULL,
    school_year INTEGER NOT NULL,
    school_code TEXT NOT NULL,
    class TEXT NOT NULL,
    run_id BIGINT NOT NULL,
    CONSTRAINT pk_school_event_class PRIMARY KEY (district_code, as_of, school_id, school_year),
    CONSTRAINT ck_school_event_class_class CHECK (class IN ('<10', '10-24', '25-49', '50-99', '100+', 'withheld')),
    CONSTRAINT fk_school_event_class_run_id FOREIGN KEY(run_id) REFERENCES audit.run (id)
);
CREATE INDEX ix_school_event_class_run_id ON out_asof.school_event_class (run_id);
COMMENT ON TABLE out_asof.school_event_class IS 'The class of the number of events nearest to a school in a school year: all that education sees.';
COMMENT ON COLUMN out_asof.school_event_class.district_code IS 'district, or unassigned; the partition';
COMMENT ON COLUMN out_asof.school_event_class.as_of IS 'the local date that the row looks at';
COMMENT ON COLUMN out_asof.school_event_class.school_id IS 'core.school.id';
COMMENT ON COLUMN out_asof.school_event_class.school_year IS 'year in which it began, on 1 September';
COMMENT ON COLUMN out_asof.school_event_class.school_code IS 'code of the school';
COMMENT ON COLUMN out_asof.school_event_class.class IS 'class of the number';
COMMENT ON COLUMN out_asof.school_event_class.run_id IS 'run that wrote it';
