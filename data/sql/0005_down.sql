-- Revision 0005, taken back. Frozen.

DROP FUNCTION "out".in_box_service_area(double precision, double precision, double precision, double precision, text, double precision, integer);
DROP TABLE "out".service_area;
DROP TABLE out_asof.service_area;
