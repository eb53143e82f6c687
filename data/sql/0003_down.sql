-- Revision 0003, taken back. Frozen.

DROP FUNCTION work.intake_sources();
DROP FUNCTION work.intake_batches(integer);
DROP FUNCTION work.intake_trace(text, text);
DROP TABLE work.job_file;
