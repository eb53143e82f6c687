-- Revision 0001, police instance only: the register is for its own role alone, the owner not excepted. Frozen.

ALTER TABLE restricted.key_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE restricted.key_person FORCE ROW LEVEL SECURITY;
CREATE POLICY register_all ON restricted.key_person TO campus_register USING (true) WITH CHECK (true);
GRANT USAGE ON SCHEMA restricted TO campus_register;
GRANT SELECT, INSERT, UPDATE, DELETE ON restricted.key_person TO campus_register;
