-- Revision 0004, taken back. Frozen.

DROP TABLE raw.file_value;
