CREATE TABLE meters (
    id bigserial PRIMARY KEY,
    serial text NOT NULL,
    owner text,
    CONSTRAINT meters_serial_key UNIQUE (serial)
);
CREATE INDEX meters_serial ON meters (serial);
CREATE UNIQUE INDEX meters_serial_unique ON meters (serial);
CREATE TABLE readings (
    id bigserial PRIMARY KEY,
    meter_id bigint NOT NULL REFERENCES meters,
    taken_at timestamptz NOT NULL,
    value double precision
);
CREATE INDEX readings_meter ON readings (meter_id);
CREATE INDEX readings_meter_taken ON readings (meter_id, taken_at DESC);
