-- Revision 0001: what each role may. Frozen. Nothing is granted to everyone; later tables grant what they need themselves,
-- but for the loader and the auditor, whose rights hold for a whole schema.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, campus_loader, campus_register, campus_app, campus_auditor',
                   current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO campus_loader, campus_register, campus_app, campus_auditor',
                   current_database());
    -- loads stage their rows in temporary tables; no other role makes any
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO campus_loader', current_database());
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA auth, audit, core, "out" FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- campus_loader: raw, core, work, out
GRANT USAGE ON SCHEMA raw, core, work, "out", out_asof, audit TO campus_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA raw, core, work, "out", out_asof TO campus_loader;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA raw, core, work TO campus_loader;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, core, work, "out", out_asof
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO campus_loader;
ALTER DEFAULT PRIVILEGES IN SCHEMA raw, core, work GRANT USAGE, SELECT ON SEQUENCES TO campus_loader;
-- the class counts are only ever added to; what this database is, only a migration says
REVOKE UPDATE, DELETE ON "out".area_person_class FROM campus_loader;
REVOKE INSERT, UPDATE, DELETE ON core.instance FROM campus_loader;
GRANT EXECUTE ON FUNCTION audit.start_run(text, date, jsonb, text, text), audit.finish_run(bigint, text)
    TO campus_loader;

-- campus_app: out, core without incident, work items
GRANT USAGE ON SCHEMA core, work, "out", out_asof, auth, audit TO campus_app;
GRANT SELECT ON ALL TABLES IN SCHEMA core, "out", out_asof, work TO campus_app;
REVOKE ALL ON core.incident FROM campus_app;
GRANT INSERT ON work.job, work.hazard_step, work.override, work.campaign, work.plan, work.attachment TO campus_app;
-- author, district and time of a work item stay as they were written
GRANT UPDATE (revoked_by, revoked_at) ON work.override TO campus_app;
GRANT UPDATE (name, topic, zones, school_codes, lead_unit, joint_units, tasks, starts_on, ends_on, result, closed_at)
    ON work.campaign TO campus_app;
GRANT UPDATE (name, changes, result, changed_at) ON work.plan TO campus_app;
GRANT DELETE ON work.plan, work.attachment TO campus_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA work TO campus_app;
GRANT EXECUTE ON FUNCTION auth.viewer(), auth.has_accounts(), auth.open_local_session(), audit.record(text, text[]),
    audit.recent_runs(integer), core.data_version() TO campus_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "out" TO campus_app;

-- campus_auditor: audit, read only
GRANT USAGE ON SCHEMA audit TO campus_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO campus_auditor;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT SELECT ON TABLES TO campus_auditor;

-- campus_register: states its intent; its own schema is granted where that is made
GRANT USAGE ON SCHEMA audit TO campus_register;
GRANT EXECUTE ON FUNCTION audit.intend_register_read(text, bigint) TO campus_register;
