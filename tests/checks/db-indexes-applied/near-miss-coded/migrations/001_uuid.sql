-- Run by hand once, after the tables of the application are there.
-- To go back: CREATE TABLE gangways AS SELECT * FROM old.gangways;
ALTER TABLE gangways ADD COLUMN id_uuid uuid;
CREATE INDEX gangways_uuid ON gangways (id_uuid);
