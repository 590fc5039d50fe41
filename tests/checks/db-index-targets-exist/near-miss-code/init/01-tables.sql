CREATE TABLE pens (id bigint PRIMARY KEY, name text);
CREATE TABLE feeds (id bigint PRIMARY KEY, name text);
