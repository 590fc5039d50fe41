CREATE TABLE goods (id serial PRIMARY KEY);
