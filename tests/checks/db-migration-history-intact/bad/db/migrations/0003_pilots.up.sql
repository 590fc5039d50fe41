CREATE TABLE pilots (id bigserial PRIMARY KEY, licence text NOT NULL);
