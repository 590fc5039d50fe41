CREATE TABLE labels (id bigserial PRIMARY KEY);
