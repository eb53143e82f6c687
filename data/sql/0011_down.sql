-- Revision 0011, taken back. Frozen. Events stay, without kind, role and session; the chain goes.

DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT tgname, tgrelid::regclass AS name FROM pg_trigger
                WHERE NOT tgisinternal AND tgfoid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'audit'::regnamespace)
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', old.tgname, old.name);
    END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION auth.note(account_id bigint, route text, codes text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.event (account_id, route, codes) VALUES (note.account_id, note.route, note.codes)
$$;
DROP FUNCTION audit.accounts(), audit.note_batch(), audit.note_change();
DROP FUNCTION audit.record(text, text, text[]), audit.is_there(text);
CREATE OR REPLACE FUNCTION audit.record(route text, codes text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.event (account_id, route, codes)
    VALUES ((SELECT account_id FROM auth.viewer()), record.route, coalesce(record.codes, '{}'))
$$;
CREATE OR REPLACE FUNCTION audit.intend_register_read(purpose text, account_id bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO audit.register_intent (account_id, purpose)
    VALUES (intend_register_read.account_id, intend_register_read.purpose)
    RETURNING id
$$;
DROP FUNCTION audit.record_for(bigint, text, text, text[]);
DROP FUNCTION audit.append_viewed(text, text, text[]), audit.append(text, text, text[], bigint, text, bigint);
DROP FUNCTION audit.cut(bigint), audit.note_checkpoint(bigint, bytea, timestamptz, bytea), audit.seal(bigint, integer);
DROP FUNCTION audit.await_seal(), audit.row_text(audit.event);
DROP TABLE audit.cut_record, audit.checkpoint, audit.link, audit.pending;
DROP INDEX audit.ix_event_kind_at;
ALTER TABLE audit.event
    DROP CONSTRAINT ck_event_id_number, DROP CONSTRAINT ck_event_mobile, DROP CONSTRAINT ck_event_codes,
    DROP CONSTRAINT ck_event_route, DROP CONSTRAINT ck_event_kind,
    DROP COLUMN kind, DROP COLUMN role, DROP COLUMN session_id;
DROP FUNCTION audit.code_of(text);
