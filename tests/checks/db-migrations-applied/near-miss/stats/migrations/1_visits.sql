-- the statistics have a database of their own
CREATE TABLE visits (id bigserial PRIMARY KEY, at timestamptz NOT NULL);
