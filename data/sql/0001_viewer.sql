-- Revision 0001: who looks. Frozen.
-- The app sets the session token for its transaction; everything else about the viewer is looked up here, from a table
-- that the app cannot read. A missing, empty, forged, expired or revoked token finds no session: no rows, no error.

INSERT INTO auth.account (id, name, role, all_districts, must_change_password, is_built_in)
VALUES (0, 'local', 'local', true, false, true);

CREATE FUNCTION auth.has_accounts() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM auth.account WHERE NOT is_built_in) $$;
COMMENT ON FUNCTION auth.has_accounts() IS
    'Whether anyone beside the built-in viewer has an account.';

CREATE FUNCTION auth.viewer()
RETURNS TABLE (account_id bigint, role text, all_districts boolean, districts text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.account_id, s.role, s.all_districts, s.districts
      FROM auth.session AS s
      JOIN auth.account AS a ON a.id = s.account_id
     WHERE s.token_hash = sha256(convert_to(nullif(current_setting('campus.session', true), ''), 'UTF8'))
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND NOT a.is_disabled
       AND NOT (a.is_built_in AND auth.has_accounts())
$$;
COMMENT ON FUNCTION auth.viewer() IS
    'Role and scope of the session whose token stands in campus.session; no row where there is none.';

CREATE FUNCTION auth.open_local_session() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
BEGIN
    IF auth.has_accounts() THEN
        RAISE EXCEPTION 'accounts exist: sign in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM auth.session WHERE account_id = 0 AND expires_at < statement_timestamp();
    INSERT INTO auth.session (token_hash, account_id, role, all_districts, expires_at)
    VALUES (sha256(convert_to(token, 'UTF8')), 0, 'local', true, statement_timestamp() + interval '30 days');
    RETURN token;
END
$$;
COMMENT ON FUNCTION auth.open_local_session() IS
    'Opens the one permissive session of a database without accounts and gives its token; refuses once there are any.';
