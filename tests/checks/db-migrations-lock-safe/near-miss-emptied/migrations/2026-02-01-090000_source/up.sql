SET LOCAL lock_timeout = '3s';
TRUNCATE TABLE readings, "alarms" RESTART IDENTITY CASCADE;
ALTER TABLE readings ADD COLUMN source TEXT NOT NULL;
ALTER TABLE alarms ADD COLUMN level INTEGER NOT NULL;
INSERT INTO readings (gauge, source) SELECT gauge, 'hand' FROM alarms;
