CREATE TABLE trips (id bigserial PRIMARY KEY);
