CREATE TABLE vans (id bigserial PRIMARY KEY);
