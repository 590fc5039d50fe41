CREATE TABLE _sqlx_migrations (
  version BIGINT PRIMARY KEY, description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL
);

-- the first was edited later, the third stopped half way, the last was never committed
INSERT INTO _sqlx_migrations VALUES
  (20240301101500, 'berths', now(), true, '\x8fd9bce15a4d9e2c7a82d31cf4a89815c3873914071f36d3d0f6ae49071468bb125c2e1bef065d8858bec31b12437851', 1),
  (20240302101500, 'depth', now(), true, '\x067fc7d4ff720c5edbdca1e18771fafc96a7568158b5ffb0ca4acdf86d487b6075ea549999989518fb60f208678f39e3', 1),
  (20240502101500, 'moorings', now(), false, '\xcab72038d9c1be6f17f6fd9569b45539f7be26a721f5a39fe9b1e9280da04bd03f6a7842d6d773ea5267a93d3ab8be4b', -1),
  (20240611080000, 'hot fix', now(), true, '\x00', 1);

CREATE SCHEMA tides;
CREATE TABLE tides.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO tides.schema_migrations VALUES (1, true);

CREATE TABLE _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0
);
INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES
  (gen_random_uuid()::text, '', '20240105090000_officers', 'ERROR: permission denied');

-- applied by hand: nothing records it
CREATE TABLE fees (id serial PRIMARY KEY, cents bigint NOT NULL);
