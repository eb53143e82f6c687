-- Revision 0009: who sees and writes what, by role and scope. Frozen: what changes later is a later revision.
-- `data/rights.yml` states the same as a matrix; tests hold the two together for every role, table and column.

ALTER TABLE auth.account
    ADD COLUMN police_areas TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN school_codes TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN unit TEXT,
    ADD CONSTRAINT ck_account_unit CHECK (char_length(unit) BETWEEN 1 AND 60),
    ADD CONSTRAINT ck_account_unit_role CHECK (role <> 'unit' OR unit IS NOT NULL);
COMMENT ON COLUMN auth.account.police_areas IS 'police areas that a commander sees; empty: whole districts';
COMMENT ON COLUMN auth.account.school_codes IS 'schools that a school''s account sees';
COMMENT ON COLUMN auth.account.unit IS 'responsible unit that it answers for, as work items name it';
ALTER TABLE auth.session
    ADD COLUMN police_areas TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN school_codes TEXT[] DEFAULT '{}' NOT NULL,
    ADD COLUMN unit TEXT,
    ADD COLUMN idle_until TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN auth.session.police_areas IS 'police areas that a commander sees; empty: whole districts';
COMMENT ON COLUMN auth.session.school_codes IS 'schools that a school''s account sees';
COMMENT ON COLUMN auth.session.unit IS 'responsible unit that it answers for';
COMMENT ON COLUMN auth.session.idle_until IS 'when it ends unless it is used before; empty: it does not end by rest';

-- every policy of the web's role is written anew below; a function whose columns change must go first
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT schemaname, tablename, policyname FROM pg_policies WHERE roles = '{campus_app}' LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', old.policyname, old.schemaname, old.tablename);
    END LOOP;
END
$$;
DROP FUNCTION auth.viewer();

CREATE FUNCTION auth.viewer()
RETURNS TABLE (
    account_id bigint, role text, all_districts boolean, districts text[], police_areas text[], school_codes text[],
    unit text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.account_id, s.role, s.all_districts, s.districts, s.police_areas, s.school_codes, s.unit
      FROM auth.session AS s
      JOIN auth.account AS a ON a.id = s.account_id
     WHERE s.token_hash = sha256(convert_to(nullif(current_setting('campus.session', true), ''), 'UTF8'))
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND (s.idle_until IS NULL OR s.idle_until > statement_timestamp())
       AND NOT a.is_disabled
       AND NOT a.must_change_password
$$;
COMMENT ON FUNCTION auth.viewer() IS
    'Role and scope of the session whose token stands in campus.session; no row where there is none, or its password is still to be changed.';
REVOKE EXECUTE ON FUNCTION auth.viewer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.viewer() TO campus_app;

-- The built-in account is the operator at the command line now, who holds the loader's password: never the web's.
UPDATE auth.account SET must_change_password = false WHERE is_built_in;
CREATE OR REPLACE FUNCTION auth.open_local_session() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
BEGIN
    DELETE FROM auth.session WHERE account_id = 0 AND expires_at < statement_timestamp();
    INSERT INTO auth.session (token_hash, account_id, role, all_districts, expires_at)
    VALUES (sha256(convert_to(token, 'UTF8')), 0, 'local', true, statement_timestamp() + interval '15 minutes');
    RETURN token;
END
$$;
COMMENT ON FUNCTION auth.open_local_session() IS
    'Opens a quarter of an hour''s session of the operator at the command line and gives its token; not for the web.';
REVOKE EXECUTE ON FUNCTION auth.open_local_session(), auth.has_accounts() FROM campus_app;
GRANT USAGE ON SCHEMA auth TO campus_loader;
GRANT EXECUTE ON FUNCTION auth.open_local_session(), auth.has_accounts() TO campus_loader;
