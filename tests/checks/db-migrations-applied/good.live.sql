CREATE TABLE berths (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE moorings (
    id bigserial PRIMARY KEY,
    berth bigint NOT NULL REFERENCES berths (id)
);

CREATE TABLE __diesel_schema_migrations (
  version VARCHAR(50) PRIMARY KEY NOT NULL,
  run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES
  ('00000000000000'), ('20240301101500'), ('20240502101500');
