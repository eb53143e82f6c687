-- Revision 0002, taken back. Frozen.

DROP TABLE raw.secret;
