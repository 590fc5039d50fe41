CREATE TABLE fees (id serial PRIMARY KEY, cents bigint NOT NULL);
