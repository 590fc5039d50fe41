CREATE INDEX CONCURRENTLY berths_quay ON berths (quay);
