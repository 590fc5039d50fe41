-- Hubs pass parcels on; couriers deliver them.
CREATE TABLE hubs (
    id   BIGSERIAL PRIMARY KEY,
    code VARCHAR(12) NOT NULL UNIQUE,
    city TEXT NOT NULL
);

CREATE TABLE parcels (
    id         BIGSERIAL PRIMARY KEY,
    tracking   VARCHAR(32) NOT NULL,
    hub_id     BIGINT NOT NULL REFERENCES hubs (id),
    status     TEXT NOT NULL DEFAULT 'registered',
    weight_g   INTEGER,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX idx_parcels_status ON parcels (status);
CREATE UNIQUE INDEX parcels_tracking_key ON parcels (lower(tracking));
