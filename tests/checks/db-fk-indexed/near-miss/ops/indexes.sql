CREATE INDEX CONCURRENTLY IF NOT EXISTS claims_parcel ON claims (parcel_id);
