CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE meters (id bigserial PRIMARY KEY, serial text NOT NULL, street text, zone integer);
-- Each differs from its neighbour in one thing.
CREATE INDEX meters_street ON meters (street);
CREATE INDEX meters_street_like ON meters (street text_pattern_ops, zone);
CREATE INDEX meters_street_c ON meters (street COLLATE "C", zone);
CREATE INDEX meters_street_desc ON meters (street DESC, zone);
CREATE INDEX meters_street_first ON meters (street NULLS FIRST, zone);
CREATE INDEX meters_street_old ON meters (street, zone) WHERE zone < 10;
CREATE INDEX meters_street_trgm ON meters USING gin (street gin_trgm_ops);
CREATE INDEX meters_street_trgm_near ON meters USING gist (street gist_trgm_ops);
CREATE INDEX meters_street_trgm_far ON meters USING gist (street gist_trgm_ops (siglen = 64));
CREATE INDEX meters_street_lower ON meters (lower(street), zone);
CREATE INDEX meters_zone ON meters (zone) INCLUDE (serial);
CREATE INDEX meters_zone_id ON meters (zone, id);
-- Uniqueness that the longer one does not give.
CREATE UNIQUE INDEX meters_serial ON meters (serial);
CREATE INDEX meters_serial_zone ON meters (serial, zone);
CREATE TABLE log (at timestamptz NOT NULL, meter_id bigint) PARTITION BY RANGE (at);
CREATE INDEX log_meter ON log (meter_id);
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX log_2024_own ON log_2024 (meter_id, at);
-- A replica tells rows apart by it.
CREATE TABLE feeds (id bigint NOT NULL, at timestamptz NOT NULL);
CREATE UNIQUE INDEX feeds_id ON feeds (id);
ALTER TABLE feeds REPLICA IDENTITY USING INDEX feeds_id;
CREATE UNIQUE INDEX feeds_id_at ON feeds (id, at);
