CREATE TABLE parcels (id bigint PRIMARY KEY, number text NOT NULL);
