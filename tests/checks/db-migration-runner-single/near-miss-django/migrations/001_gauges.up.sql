CREATE TABLE gauges (id bigint PRIMARY KEY);
