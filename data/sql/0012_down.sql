-- Revision 0012, taken back; in the joint instance there is nothing of it but two columns of the audit.
DO $$
BEGIN
    IF to_regclass('restricted.assessment') IS NOT NULL THEN
        DROP POLICY register_read ON restricted.key_person;
        DROP POLICY register_delete ON restricted.key_person;
        DROP POLICY register_insert ON restricted.key_person;
        DROP POLICY register_update ON restricted.key_person;
        CREATE POLICY register_all ON restricted.key_person TO campus_register USING (true) WITH CHECK (true);
        ALTER TABLE restricted.key_person DROP COLUMN source;
        DROP TABLE restricted.declaration, restricted.deletion, restricted.secret;
        DROP FUNCTION restricted.is_enabled();
        DROP FUNCTION restricted.has_intent();
        DROP TABLE restricted.assessment;
    END IF;
END
$$;
ALTER TABLE audit.register_intent DROP COLUMN written_in, DROP COLUMN backend;
