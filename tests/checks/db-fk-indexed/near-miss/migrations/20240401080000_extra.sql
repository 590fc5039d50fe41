-- Its index is built by ops/indexes.sql, outside of any transaction.
CREATE TABLE claims (id bigserial PRIMARY KEY, parcel_id uuid NOT NULL REFERENCES parcels);
