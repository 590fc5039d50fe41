CREATE TABLE sightings (
    id BIGSERIAL PRIMARY KEY,
    beacon_id BIGINT NOT NULL REFERENCES beacons (id),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
