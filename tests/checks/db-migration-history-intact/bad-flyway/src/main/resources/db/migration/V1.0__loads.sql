CREATE TABLE loads (id bigserial PRIMARY KEY, silo_id bigint REFERENCES silos (id));
