CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TYPE unit AS ENUM ('celsius', 'percent', 'lux');

CREATE TABLE sensors (
    id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    label   varchar(80) NOT NULL,
    unit    unit NOT NULL,
    serial  text NOT NULL,
    CONSTRAINT sensors_serial_unique UNIQUE (serial)
);

CREATE TABLE readings (
    sensor_id uuid NOT NULL REFERENCES sensors (id),
    taken_at  timestamptz NOT NULL,
    value     numeric(10, 3) NOT NULL
) PARTITION BY RANGE (taken_at);

CREATE TABLE readings_2023 PARTITION OF readings
    FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

CREATE INDEX readings_sensor_idx ON readings (sensor_id, taken_at DESC);
CREATE INDEX sensors_label_trgm ON sensors USING gin (label gin_trgm_ops);
CREATE INDEX "Sensors Lower Label" ON sensors (lower(label));
CREATE INDEX old_idea ON sensors (unit);
