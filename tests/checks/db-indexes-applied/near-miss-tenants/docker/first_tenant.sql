-- What the container of a developer starts with: a tenant of their own.
CREATE SCHEMA harbour_demo;
CREATE TABLE harbour_demo.berths (id bigserial PRIMARY KEY, quay text NOT NULL);
CREATE INDEX berths_by_quay ON harbour_demo.berths (quay);
