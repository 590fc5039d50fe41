ALTER TABLE tide_readings ADD COLUMN IF NOT EXISTS gauge bigint NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS tide_readings_port ON tide_readings (port, gauge);
