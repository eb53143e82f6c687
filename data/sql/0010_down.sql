-- Revision 0010, taken back. Frozen. Accounts keep what is stored of their passwords, which nothing reads any more.

DROP TRIGGER end_sessions ON auth.account;
DROP FUNCTION
    auth.list_accounts(), auth.revoke_sessions(text), auth.reset_password(text, text, boolean),
    auth.set_disabled(text, boolean), auth.set_scope(text, text, boolean, text[], text[], text[], text),
    auth.add_account(text, text, text, boolean, boolean, text[], text[], text[], text),
    auth.home_districts(text[], text[], text[]), auth.scope_fault(text, text[], text[], text[], text),
    auth.set_mode(text), auth.change_password(text, text), auth.own_salt(), auth.sign_out(), auth.touch(text),
    auth.sign_in_external(text, text), auth.sign_in(text, text, text), auth.salt_of(text, text), auth.end_sessions(),
    auth.in_charge(bigint), auth.administers(), auth.is_locked(text, text), auth.own_session(), auth.new_session(bigint),
    auth.salt_part(text), auth.kept_form(text), auth.keyed(text, text), auth.note(bigint, text, text[]);
DROP TABLE auth.mode, auth.attempt, auth.secret;
ALTER TABLE auth.account DROP COLUMN password_changed_at;
COMMENT ON COLUMN auth.account.password_hash IS 'argon2id hash; empty where others sign it in';
