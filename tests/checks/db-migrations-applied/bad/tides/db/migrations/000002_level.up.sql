ALTER TABLE tides ADD COLUMN level_cm integer;
