SET LOCAL lock_timeout = '3s';
DELETE FROM readings;
ALTER TABLE readings ADD COLUMN source TEXT NOT NULL;
INSERT INTO readings (gauge, source) SELECT gauge, 'hand' FROM alarms;
ALTER TABLE readings ADD COLUMN unit TEXT NOT NULL;
DELETE FROM alarms WHERE id IS NULL;
ALTER TABLE alarms ADD COLUMN level INTEGER NOT NULL;
