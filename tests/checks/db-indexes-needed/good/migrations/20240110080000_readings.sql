CREATE TABLE meters (id bigserial PRIMARY KEY, serial text NOT NULL UNIQUE);
CREATE TABLE readings (
    id bigserial PRIMARY KEY,
    meter_id bigint NOT NULL REFERENCES meters,
    taken_at timestamptz NOT NULL
);
CREATE INDEX readings_meter_taken ON readings (meter_id, taken_at);
CREATE INDEX readings_taken ON readings (taken_at);
