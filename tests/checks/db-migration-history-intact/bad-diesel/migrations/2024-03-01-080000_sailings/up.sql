CREATE TABLE sailings (id bigserial PRIMARY KEY, departs timestamptz NOT NULL);
