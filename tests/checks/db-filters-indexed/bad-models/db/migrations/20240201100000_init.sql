-- migrate:up
CREATE TABLE parcels (
    id bigserial PRIMARY KEY,
    barcode text NOT NULL,
    depot_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'new',
    handed_over boolean NOT NULL DEFAULT false,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parcels_depot ON parcels (depot_id);

-- migrate:down
DROP TABLE parcels;
