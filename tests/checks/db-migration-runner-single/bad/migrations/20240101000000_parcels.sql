CREATE TABLE parcels (id bigserial PRIMARY KEY, city text NOT NULL);
