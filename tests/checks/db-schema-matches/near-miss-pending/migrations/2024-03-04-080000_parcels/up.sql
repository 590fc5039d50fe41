CREATE TABLE parcels (
    id bigint PRIMARY KEY,
    code text NOT NULL
);
CREATE INDEX parcels_code ON parcels (code);
