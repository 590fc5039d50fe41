-- no-transaction
DROP INDEX CONCURRENTLY old_idea;
ALTER TABLE readings RENAME COLUMN value TO reading;
ALTER INDEX readings_sensor_idx RENAME TO readings_by_sensor;
CREATE INDEX CONCURRENTLY IF NOT EXISTS sensors_unit_warm ON sensors (unit) WHERE unit = 'celsius';
CREATE INDEX readings_parent_only ON ONLY readings (reading);
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_indexes WHERE indexname = 'readings_brin') THEN
        CREATE INDEX readings_brin ON readings USING brin (taken_at);
    END IF;
END
$$;
GRANT SELECT ON readings TO grafana;
