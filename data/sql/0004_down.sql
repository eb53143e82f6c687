-- Revision 0004, taken back. Frozen.

DROP FUNCTION core.trace(text, text);
DROP TABLE raw.file_value;
