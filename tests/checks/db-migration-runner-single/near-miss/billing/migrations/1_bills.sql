CREATE TABLE bills (id bigserial PRIMARY KEY);
