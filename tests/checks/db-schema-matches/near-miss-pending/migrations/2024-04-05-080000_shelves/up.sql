ALTER TABLE parcels ADD COLUMN weight_g integer NOT NULL DEFAULT 0;
CREATE TABLE shelves (
    id bigint PRIMARY KEY,
    room text NOT NULL
);
CREATE INDEX parcels_weight ON parcels (weight_g);
CREATE INDEX shelves_room ON shelves (room);
ALTER TABLE parcels ALTER COLUMN code DROP NOT NULL;
