ALTER TABLE tides DROP COLUMN level_cm;
