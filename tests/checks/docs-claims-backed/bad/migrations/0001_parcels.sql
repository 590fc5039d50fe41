CREATE TABLE parcels (id bigint PRIMARY KEY, customer bigint, day date);
CREATE INDEX idx_parcels_customer ON parcels (customer);
