-- Revision 0012, both instances: in which transaction and by which connection an intent to read the register was written.
-- Frozen: what changes later is a later revision.

ALTER TABLE audit.register_intent
    ADD COLUMN written_in BIGINT DEFAULT (pg_current_xact_id())::text::bigint NOT NULL,
    ADD COLUMN backend INTEGER DEFAULT pg_backend_pid() NOT NULL;
COMMENT ON COLUMN audit.register_intent.written_in IS 'number of the transaction that wrote it, in which nothing may be read';
COMMENT ON COLUMN audit.register_intent.backend IS 'process of the connection that wrote it, which alone may read';
