-- speeds up the city search
CREATE INDEX CONCURRENTLY parcels_city ON parcels (city);
