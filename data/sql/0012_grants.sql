-- Revision 0012, both instances alike: the register's role writes down what it does. Frozen: what changes later is a later revision.
GRANT EXECUTE ON FUNCTION audit.record(text, text[]) TO campus_register;
