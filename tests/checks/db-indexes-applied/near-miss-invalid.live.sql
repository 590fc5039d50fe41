CREATE TABLE parcels (id bigint PRIMARY KEY, number text NOT NULL);
INSERT INTO parcels VALUES (1, 'A7'), (2, 'A7');

CREATE TABLE __diesel_schema_migrations (
    version varchar(50) PRIMARY KEY NOT NULL,
    run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240304080000'), ('20240405080000');

-- fails: two parcels have one number; db-indexes-valid tells
CREATE UNIQUE INDEX CONCURRENTLY parcels_number ON parcels (number);

-- fails: and nothing declares this one
CREATE UNIQUE INDEX CONCURRENTLY parcels_lower ON parcels (lower(number));
