DROP TABLE work.built;
