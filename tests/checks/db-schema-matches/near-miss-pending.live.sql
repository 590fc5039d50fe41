CREATE TABLE parcels (
    id bigint PRIMARY KEY,
    code text NOT NULL
);
CREATE INDEX parcels_code ON parcels (code);

CREATE TABLE __diesel_schema_migrations (
    version varchar(50) PRIMARY KEY NOT NULL,
    run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240304080000');
