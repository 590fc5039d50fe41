CREATE TABLE silos (id bigserial PRIMARY KEY, tonnes numeric NOT NULL);
