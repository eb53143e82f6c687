-- Revision 0002: the database's own secret, with which codes of events are made. Frozen.
-- A code made of an event's minute and place by a plain hash could be guessed by trying all minutes and places; with a
-- random key that stays in this database it cannot. Whoever has a backup has the key, and the points with it.

CREATE TABLE raw.secret (
    name TEXT NOT NULL,
    value BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_secret PRIMARY KEY (name),
    CONSTRAINT ck_secret_length CHECK (octet_length(value) = 32)
);
COMMENT ON TABLE raw.secret IS 'A random key of this database alone: codes made with it tell nothing to who lacks it.';
COMMENT ON COLUMN raw.secret.name IS 'what it is for';
COMMENT ON COLUMN raw.secret.value IS '32 random bytes, made once; never written anywhere else';
COMMENT ON COLUMN raw.secret.created_at IS 'when it was made';

-- what the loader may in raw, it may by default; a key that changed would give every event a new code
REVOKE ALL ON raw.secret FROM campus_loader;
GRANT SELECT ON raw.secret TO campus_loader;

-- random to 244 bits by the server's own strong source, mixed to 256
INSERT INTO raw.secret (name, value)
VALUES ('event_code', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
