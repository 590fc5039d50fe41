CREATE UNIQUE INDEX CONCURRENTLY parcels_number ON parcels (number);
