-- Revision 0011: what is written down about who looked at what, who writes it, how it is chained, and how long it is
-- kept. Frozen: what changes later is a later revision.
-- Rows are appended without any order between them; one sequencer gives each a position and a link afterwards. Who
-- appends never waits for it and touches no link.

-- --- the events

-- Of a code only its form is known here. What does not look like one is not kept as it stands: what looks like a
-- person's number is masked, anything else that is no plain word (a name, an address, a search) becomes a short hash.
CREATE FUNCTION audit.code_of(word text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
           WHEN word IS NULL OR word = '' THEN NULL
           WHEN word ~ '(^|[^0-9])(86)?1[3-9][0-9][-._/]{0,2}[0-9]{4}[-._/]{0,2}[0-9]{4}([^0-9]|$)'
             OR word ~ '(^|[^0-9])[0-9]{6}[-._/]{0,2}(18|19|20)[0-9]{2}[-._/]{0,2}(0[1-9]|1[0-2])[-._/]{0,2}(0[1-9]|[12][0-9]|3[01])[-._/]{0,2}[0-9]{3}[-._/]{0,2}[0-9Xx]([^0-9]|$)'
             OR word ~ '(^|[^0-9])[0-9]{8}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[-._/]{0,2}[0-9]{3}([^0-9]|$)'
           THEN 'masked'
           WHEN word ~ '^[A-Za-z0-9_.:#/@+-]{1,80}$' THEN word
           ELSE coalesce(substring(word FROM '^([a-z_]{1,20}:)'), '')
                || '#' || left(encode(sha256(convert_to(word, 'UTF8')), 'hex'), 12)
           END
$$;
COMMENT ON FUNCTION audit.code_of(text) IS
    'A code as the audit keeps it: as it stands where it has a code''s form, masked where it looks like a person''s number, else a short hash.';

ALTER TABLE audit.event
    ADD COLUMN kind TEXT DEFAULT 'view' NOT NULL,
    ADD COLUMN role TEXT,
    ADD COLUMN session_id BIGINT;
UPDATE audit.event
   SET route = coalesce(audit.code_of(route), '-'),
       codes = ARRAY(SELECT audit.code_of(code) FROM unnest(codes[1:60]) AS code WHERE audit.code_of(code) IS NOT NULL);
ALTER TABLE audit.event
    ADD CONSTRAINT ck_event_kind CHECK (kind IN ('view', 'tiles', 'export', 'load', 'undo', 'build', 'change', 'sign_in', 'sign_in_failed', 'sign_out', 'account', 'register', 'backup', 'audit', 'package')),
    ADD CONSTRAINT ck_event_route CHECK (route ~ '^[A-Za-z0-9_.:#/@+-]{1,80}$'),
    ADD CONSTRAINT ck_event_codes CHECK (cardinality(codes) <= 60 AND array_position(codes, NULL) IS NULL AND array_to_string(codes, chr(10)) ~ '^([A-Za-z0-9_.:#/@+-]{1,80}(\n|$))*$'),
    ADD CONSTRAINT ck_event_mobile CHECK (route || ' ' || array_to_string(codes, ' ') !~ '(^|[^0-9])(86)?1[3-9][0-9][-._/]{0,2}[0-9]{4}[-._/]{0,2}[0-9]{4}([^0-9]|$)'),
    ADD CONSTRAINT ck_event_id_number CHECK (route || ' ' || array_to_string(codes, ' ') !~ '(^|[^0-9])[0-9]{6}[-._/]{0,2}(18|19|20)[0-9]{2}[-._/]{0,2}(0[1-9]|1[0-2])[-._/]{0,2}(0[1-9]|[12][0-9]|3[01])[-._/]{0,2}[0-9]{3}[-._/]{0,2}[0-9Xx]([^0-9]|$)');
CREATE INDEX ix_event_kind_at ON audit.event (kind, at);
COMMENT ON COLUMN audit.event.kind IS 'what was done';
COMMENT ON COLUMN audit.event.role IS 'role in which it was done';
COMMENT ON COLUMN audit.event.session_id IS 'number of the session, never its token; empty at the command line';

-- --- the chain

CREATE TABLE audit.pending (
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_pending PRIMARY KEY (event_id)
);
COMMENT ON TABLE audit.pending IS 'Events that have no link yet; empty but for the last second.';
COMMENT ON COLUMN audit.pending.event_id IS 'number of the event';

CREATE TABLE audit.link (
    position BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    row_hash BYTEA NOT NULL,
    chain_hash BYTEA NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    cut_id BIGINT,
    CONSTRAINT pk_link PRIMARY KEY (position),
    CONSTRAINT uq_link_event_id UNIQUE (event_id),
    CONSTRAINT ck_link_position CHECK (position > 0)
);
COMMENT ON TABLE audit.link IS 'The chain: which event has which place, and a hash of it and of all before it. Links stay when their events are cut.';
COMMENT ON COLUMN audit.link.position IS 'place in the chain, from 1 without gaps';
COMMENT ON COLUMN audit.link.event_id IS 'number of the event';
COMMENT ON COLUMN audit.link.row_hash IS 'SHA-256 of the event''s columns in one fixed text';
COMMENT ON COLUMN audit.link.chain_hash IS 'SHA-256 of the chain hash before, the position and the row hash';
COMMENT ON COLUMN audit.link.sealed_at IS 'when it was sealed';
COMMENT ON COLUMN audit.link.cut_id IS 'cut that took the event away; empty while it is kept';

CREATE TABLE audit.checkpoint (
    position BIGINT NOT NULL,
    chain_hash BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT pk_checkpoint PRIMARY KEY (position)
);
COMMENT ON TABLE audit.checkpoint IS 'Heads of the chain as they were signed once a day; the same stand in a file outside of the database.';
COMMENT ON COLUMN audit.checkpoint.position IS 'last position that it covers';
COMMENT ON COLUMN audit.checkpoint.chain_hash IS 'chain hash of that position';
COMMENT ON COLUMN audit.checkpoint.at IS 'when it was signed';
COMMENT ON COLUMN audit.checkpoint.signature IS 'Ed25519 signature';

CREATE TABLE audit.cut_record (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    position BIGINT NOT NULL,
    events BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cut_record PRIMARY KEY (id)
);
COMMENT ON TABLE audit.cut_record IS 'Events deleted because their time was over; each cut stands signed outside of the database.';
COMMENT ON COLUMN audit.cut_record.id IS 'number of the cut';
COMMENT ON COLUMN audit.cut_record.position IS 'checkpoint up to which it went';
COMMENT ON COLUMN audit.cut_record.events IS 'how many events it took';
COMMENT ON COLUMN audit.cut_record.digest IS 'SHA-256 of their positions, eight bytes each, ascending';
COMMENT ON COLUMN audit.cut_record.at IS 'when';

CREATE FUNCTION audit.await_seal() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO audit.pending (event_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION audit.await_seal() IS 'Notes that a new event has no link yet.';
CREATE TRIGGER await_seal AFTER INSERT ON audit.event FOR EACH ROW EXECUTE FUNCTION audit.await_seal();
INSERT INTO audit.pending (event_id) SELECT id FROM audit.event;

-- Each field is its length in bytes, a colon and itself, a missing one a hyphen; the list says how many it has. So no
-- two events have the same text. `data/audit_chain.py` writes it too: what verifies asks no function of the database.
CREATE FUNCTION audit.row_text(e audit.event) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(coalesce(octet_length(convert_to(word, 'UTF8')) || ':' || word, '-'), '' ORDER BY place)
      FROM unnest(ARRAY[e.id::text, trunc(extract(epoch FROM e.at) * 1000000)::bigint::text, e.account_id::text, e.role,
                        e.session_id::text, e.kind, e.route, cardinality(e.codes)::text] || e.codes)
           WITH ORDINALITY AS field (word, place)
$$;
COMMENT ON FUNCTION audit.row_text(audit.event) IS 'All columns of an event in one text, of which the chain keeps the hash.';

CREATE FUNCTION audit.seal(known bigint, row_limit integer)
RETURNS TABLE (sealed integer, "position" bigint, chain_hash bytea, known_hash bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    e audit.event;
    hash bytea;
    head bytea := '';
    place bigint := 0;
    done bigint[] := '{}';
BEGIN
    IF EXISTS (SELECT FROM audit.pending) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('audit.seal', 0));
    END IF;
    SELECT l.position, l.chain_hash INTO place, head FROM audit.link AS l ORDER BY l.position DESC LIMIT 1;
    place := coalesce(place, 0);
    head := coalesce(head, '');
    FOR e IN SELECT v.* FROM audit.pending AS p JOIN audit.event AS v ON v.id = p.event_id ORDER BY v.id LIMIT row_limit
    LOOP
        place := place + 1;
        hash := sha256(convert_to(audit.row_text(e), 'UTF8'));
        head := sha256(head || int8send(place) || hash);
        INSERT INTO audit.link (position, event_id, row_hash, chain_hash, sealed_at)
        VALUES (place, e.id, hash, head, clock_timestamp());
        done := done || e.id;
    END LOOP;
    DELETE FROM audit.pending AS p WHERE p.event_id = ANY (done);
    RETURN QUERY
        SELECT cardinality(done), place, head, (SELECT l.chain_hash FROM audit.link AS l WHERE l.position = seal.known);
END
$$;
COMMENT ON FUNCTION audit.seal(bigint, integer) IS
    'Gives every event that waits a place in the chain; tells how many, the chain''s end, and its hash at a place that was known before.';

CREATE FUNCTION audit.note_checkpoint("position" bigint, chain_hash bytea, at timestamptz, signature bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit.link AS l
                    WHERE l.position = note_checkpoint.position AND l.chain_hash = note_checkpoint.chain_hash) THEN
        RAISE EXCEPTION 'the chain has no such head' USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO audit.checkpoint VALUES (note_checkpoint.position, note_checkpoint.chain_hash, note_checkpoint.at,
                                         note_checkpoint.signature)
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION audit.note_checkpoint(bigint, bytea, timestamptz, bytea) IS 'Keeps a head of the chain that was signed.';

CREATE FUNCTION audit.cut("position" bigint)
RETURNS TABLE (id bigint, events bigint, digest bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    number bigint;
    gone bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM audit.checkpoint AS c WHERE c.position = cut.position) THEN
        RAISE EXCEPTION 'audit is cut at a signed checkpoint only' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.seal', 0));
    SELECT array_agg(l.position ORDER BY l.position) INTO gone
      FROM audit.link AS l JOIN audit.event AS e ON e.id = l.event_id
     WHERE l.position <= cut.position AND l.cut_id IS NULL
       AND e.at < statement_timestamp() - CASE WHEN e.kind = 'register' THEN interval '3 years' ELSE interval '6 months' END;
    DELETE FROM audit.register_intent AS r WHERE r.at < statement_timestamp() - interval '3 years';
    IF gone IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO audit.cut_record (position, events, digest)
    VALUES (cut.position, cardinality(gone),
            sha256((SELECT string_agg(int8send(place), ''::bytea ORDER BY place) FROM unnest(gone) AS place)))
    RETURNING cut_record.id INTO number;
    DELETE FROM audit.event AS e USING audit.link AS l WHERE l.event_id = e.id AND l.position = ANY (gone);
    UPDATE audit.link AS l SET cut_id = number WHERE l.position = ANY (gone);
    RETURN QUERY SELECT c.id, c.events, c.digest FROM audit.cut_record AS c WHERE c.id = number;
END
$$;
COMMENT ON FUNCTION audit.cut(bigint) IS
    'Deletes the events up to a signed checkpoint that are older than six months, of the register three years; their links stay.';

-- --- who writes events

CREATE FUNCTION audit.append(kind text, route text, codes text[], account_id bigint, role text, session_id bigint)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.event (at, kind, route, codes, account_id, role, session_id)
    VALUES (clock_timestamp(), append.kind, coalesce(audit.code_of(append.route), '-'),
            ARRAY(SELECT audit.code_of(code) FROM unnest((coalesce(append.codes, '{}'))[1:60]) WITH ORDINALITY AS c (code, place)
                   WHERE audit.code_of(code) IS NOT NULL ORDER BY place),
            append.account_id, append.role, append.session_id)
    RETURNING id
$$;
COMMENT ON FUNCTION audit.append(text, text, text[], bigint, text, bigint) IS
    'Writes an event down as other functions say it; nobody calls it by himself.';

CREATE FUNCTION audit.append_viewed(kind text, route text, codes text[]) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT audit.append(append_viewed.kind, append_viewed.route, append_viewed.codes, v.account_id, v.role,
                        (SELECT s.id FROM auth.session AS s
                          WHERE v.account_id = s.account_id
                            AND s.token_hash = sha256(convert_to(current_setting('campus.session', true), 'UTF8'))))
      FROM (SELECT) AS one LEFT JOIN auth.viewer() AS v ON true
$$;
COMMENT ON FUNCTION audit.append_viewed(text, text, text[]) IS
    'Writes an event down in the name of the viewer of this transaction; nobody calls it by himself.';

CREATE OR REPLACE FUNCTION audit.record(route text, codes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN PERFORM audit.append_viewed('view', record.route, record.codes); END $$;
COMMENT ON FUNCTION audit.record(text, text[]) IS 'Writes down what the viewer of this transaction looked at.';

-- What a page says was opened can stand in its address, where anybody types anything: it is kept only where there is
-- such an object.
CREATE FUNCTION audit.is_there(word text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE split_part(word, ':', 1)
           WHEN 'school' THEN EXISTS (SELECT FROM core.school WHERE code = substr(word, 8))
           WHEN 'gate' THEN EXISTS (SELECT FROM core.gate WHERE id::text = substr(word, 6))
           WHEN 'post' THEN EXISTS (SELECT FROM core.post WHERE code = substr(word, 6))
           WHEN 'hazard' THEN EXISTS (SELECT FROM core.hazard WHERE code = substr(word, 8))
           WHEN 'venue' THEN EXISTS (SELECT FROM core.venue WHERE code = substr(word, 7))
           WHEN 'zone' THEN EXISTS (SELECT FROM "out".focus_zone WHERE zone_id = substr(word, 6))
           WHEN 'cell' THEN substr(word, 6) ~ '^[0-9]{4,5}_[0-9]{1,6}_-?[0-9]{1,7}_-?[0-9]{1,7}$'
           ELSE true
           END
$$;
COMMENT ON FUNCTION audit.is_there(text) IS 'Whether what a page says was opened is an object that there is or was.';

CREATE FUNCTION audit.record(kind text, route text, codes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF record.kind NOT IN ('view', 'tiles', 'export', 'audit') THEN
        RAISE EXCEPTION 'not for a page to say' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM audit.append_viewed(
        record.kind, record.route,
        ARRAY(SELECT word FROM unnest((coalesce(record.codes, '{}'))[1:60]) WITH ORDINALITY AS c (word, place)
               WHERE audit.is_there(word) ORDER BY place));
END
$$;
COMMENT ON FUNCTION audit.record(text, text, text[]) IS
    'Writes down what the viewer of this transaction looked at or took: a page, tiles, a file, the audit itself.';

CREATE FUNCTION audit.record_for(account_id bigint, kind text, route text, codes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM audit.append(record_for.kind, record_for.route, record_for.codes, record_for.account_id,
                         (SELECT a.role FROM auth.account AS a WHERE a.id = record_for.account_id), NULL);
END
$$;
COMMENT ON FUNCTION audit.record_for(bigint, text, text, text[]) IS
    'Writes down what a command or the worker did in the name of an account; 0 is the operator.';

CREATE OR REPLACE FUNCTION audit.intend_register_read(purpose text, account_id bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number bigint;
BEGIN
    INSERT INTO audit.register_intent (account_id, purpose)
    VALUES (intend_register_read.account_id, intend_register_read.purpose)
    RETURNING id INTO number;
    PERFORM audit.record_for(intend_register_read.account_id, 'register', intend_register_read.purpose,
                             ARRAY['intent:' || number]);
    RETURN number;
END
$$;

-- Work items, settings, rules, loads and builds are written down by the tables themselves: no page, command or job can
-- forget it. The arguments are the kind, then columns that hold codes; contents are never among them.
CREATE FUNCTION audit.note_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done text := CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END;
    codes text[] := ARRAY[done];
    this record;
    word text;
    place text;
BEGIN
    IF TG_OP = 'DELETE' THEN this := OLD; ELSE this := NEW; END IF;
    FOREACH place IN ARRAY TG_ARGV[1:] LOOP
        EXECUTE format('SELECT ($1).%I::text', place) USING this INTO word;
        codes := codes || (CASE WHEN word IS NULL THEN NULL WHEN place = 'id' THEN word ELSE place || ':' || word END);
    END LOOP;
    IF EXISTS (SELECT FROM auth.viewer()) OR session_user = 'campus_app' THEN
        PERFORM audit.append_viewed(TG_ARGV[0], TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, codes);
    ELSE
        PERFORM audit.record_for(0, TG_ARGV[0], TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, codes);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION audit.note_change() IS
    'Writes down that a row was added, changed or deleted, by number and codes, never its contents.';

CREATE FUNCTION audit.note_batch() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM audit.record_for(
        coalesce(NEW.loaded_by, 0), CASE WHEN NEW.counts ? 'undo_of' THEN 'undo' ELSE 'load' END, NEW.kind,
        ARRAY['batch:' || NEW.id, 'source:' || NEW.source,
              CASE WHEN NEW.counts ? 'undo_of' THEN 'undo_of:' || (NEW.counts ->> 'undo_of')
                   WHEN NEW.counts ? 'overrides' THEN 'overrides' END]);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION audit.note_batch() IS 'Writes down that a file was loaded, or a load undone.';

-- what signing in and administering accounts write down, by the words of revision 0010
CREATE OR REPLACE FUNCTION auth.note(account_id bigint, route text, codes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM audit.append(
        CASE WHEN note.route = 'sign_in' THEN 'sign_in'
             WHEN note.route = 'sign_out' THEN 'sign_out'
             WHEN note.route LIKE 'sign_in%' OR note.route = 'password_failed' THEN 'sign_in_failed'
             ELSE 'account' END,
        note.route, note.codes, note.account_id, (SELECT a.role FROM auth.account AS a WHERE a.id = note.account_id),
        (SELECT s.id FROM auth.session AS s
          WHERE s.account_id = note.account_id
            AND s.token_hash = sha256(convert_to(nullif(current_setting('campus.session', true), ''), 'UTF8'))));
END
$$;
COMMENT ON FUNCTION auth.note(bigint, text, text[]) IS 'Writes down what happened to sign-ins and accounts.';
REVOKE EXECUTE ON FUNCTION auth.note(bigint, text, text[]) FROM PUBLIC;

CREATE TRIGGER note_insert AFTER INSERT ON work.job FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'kind');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.override
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'kind', 'code', 'field');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.duty_change
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'post_code', 'change');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.hazard_step
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'hazard_code', 'step');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.hazard_round
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'kind');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.weighting
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'district_code');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.zone_choice
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'zone_id', 'decision');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.campaign
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.task
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'campaign_id', 'zone_id');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.plan
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.attachment
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'kind', 'code');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.setting
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'key', 'set_by');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.rule
    FOR EACH ROW EXECUTE FUNCTION audit.note_change('change', 'id', 'code', 'set_by', 'ended_by');
CREATE TRIGGER note_insert AFTER INSERT ON audit.run FOR EACH ROW EXECUTE FUNCTION audit.note_change('build', 'id', 'job');
CREATE TRIGGER note_batch AFTER INSERT ON raw.batch FOR EACH ROW EXECUTE FUNCTION audit.note_batch();

-- --- who reads

CREATE FUNCTION audit.accounts()
RETURNS TABLE (id bigint, name text, role text, is_disabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT a.id, a.name, a.role, a.is_disabled FROM auth.account AS a ORDER BY a.name $$;
COMMENT ON FUNCTION audit.accounts() IS 'Names and roles of the accounts, for who reads the audit.';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.record(text, text, text[]) TO campus_app;
GRANT EXECUTE ON FUNCTION audit.record_for(bigint, text, text, text[]) TO campus_loader, campus_register;
GRANT EXECUTE ON FUNCTION audit.seal(bigint, integer), audit.note_checkpoint(bigint, bytea, timestamptz, bytea),
    audit.cut(bigint) TO campus_loader;
GRANT EXECUTE ON FUNCTION audit.accounts() TO campus_auditor;
