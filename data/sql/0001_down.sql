-- Revision 0001, taken back: nothing is left but the database itself. Frozen.

ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
DROP SCHEMA IF EXISTS restricted CASCADE;
DROP SCHEMA "out", out_asof, work, core, raw, auth, audit CASCADE;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM campus_loader, campus_register, campus_app, campus_auditor',
                   current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END
$$;
