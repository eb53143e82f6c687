-- Revision 0001: tables of schema restricted, with the meaning of every column. Frozen: what changes later is a later revision.
CREATE SCHEMA restricted;

CREATE TABLE restricted.key_person (
    case_ref TEXT NOT NULL,
    district_code TEXT NOT NULL,
    police_area_code TEXT NOT NULL,
    address TEXT,
    geom geometry(POINT,4490) NOT NULL,
    basis TEXT NOT NULL,
    legal_ref TEXT NOT NULL,
    review_due DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    recorded_by BIGINT NOT NULL,
    CONSTRAINT pk_key_person PRIMARY KEY (case_ref),
    CONSTRAINT ck_key_person_case_ref CHECK (case_ref ~ '^[A-Z0-9-]{4,20}$'),
    CONSTRAINT ck_key_person_address CHECK (char_length(address) <= 60),
    CONSTRAINT ck_key_person_basis CHECK (basis IN ('order_in_force', 'threat_under_investigation'))
);
CREATE INDEX ix_key_person_police_area_code ON restricted.key_person (police_area_code);
CREATE INDEX ix_key_person_review_due ON restricted.key_person (review_due);
COMMENT ON TABLE restricted.key_person IS 'One row of the register: a case known to its agency, a place, a basis in law and a date of review.';
COMMENT ON COLUMN restricted.key_person.case_ref IS 'reference known to the owning agency, no court docket number';
COMMENT ON COLUMN restricted.key_person.district_code IS 'district it lies in, or unassigned';
COMMENT ON COLUMN restricted.key_person.police_area_code IS 'police area it lies in, or unassigned';
COMMENT ON COLUMN restricted.key_person.address IS 'place, at most 60 characters';
COMMENT ON COLUMN restricted.key_person.geom IS 'where it is, EPSG:4490';
COMMENT ON COLUMN restricted.key_person.basis IS 'closed code of conduct that endangers others now';
COMMENT ON COLUMN restricted.key_person.legal_ref IS 'entry of the dated list of laws';
COMMENT ON COLUMN restricted.key_person.review_due IS 'local date of the next review, within 12 months';
COMMENT ON COLUMN restricted.key_person.recorded_at IS 'when it was loaded';
COMMENT ON COLUMN restricted.key_person.recorded_by IS 'account that loaded it';
