CREATE TABLE bins (id serial PRIMARY KEY);
