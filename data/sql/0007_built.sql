-- Revision 0007: what each school's results were computed from. Frozen: what changes later is a later revision.
CREATE TABLE work.built (
    district_code TEXT NOT NULL,
    part TEXT NOT NULL,
    code TEXT NOT NULL,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_built PRIMARY KEY (district_code, part, code)
);
COMMENT ON TABLE work.built IS 'What the results of a school or post were computed from, as a hash: equal means untouched.';
COMMENT ON COLUMN work.built.district_code IS 'the partition';
COMMENT ON COLUMN work.built.part IS 'which results';
COMMENT ON COLUMN work.built.code IS 'code of the school, or of the post whose service areas they are';
COMMENT ON COLUMN work.built.digest IS 'hash of everything that the results depend on';

ALTER TABLE work.built ENABLE ROW LEVEL SECURITY;
CREATE POLICY loader_all ON work.built TO campus_loader USING (true) WITH CHECK (true);
