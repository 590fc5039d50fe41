CREATE TABLE tides (id bigint PRIMARY KEY);
