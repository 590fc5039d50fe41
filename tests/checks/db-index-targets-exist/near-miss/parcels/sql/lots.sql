CREATE TABLE parcel_lots (id bigint PRIMARY KEY, opened_at timestamptz);
