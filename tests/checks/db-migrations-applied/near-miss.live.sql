CREATE TABLE __diesel_schema_migrations (
  version VARCHAR(50) PRIMARY KEY NOT NULL,
  run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20240301101500'), ('20240502101500');

CREATE SCHEMA ops;
CREATE TABLE ops.harbour_history (
  version BIGINT PRIMARY KEY, description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL
);
-- applied from a checkout with Windows' line ends
INSERT INTO ops.harbour_history VALUES
  (20240301101500, 'x', now(), true, '\xd0258c5e996f41921c89891f68140bbc92b27ba30c5b64350bcde8d52747c1527a331ca44c0969a5f76ed286d07a42f1', 1),
  (20240302101500, 'x', now(), true, '\xeeca671816ec62452c2ba8eb71e25eab023077f8afe817499e52a48e7cf39844923a94694601e4caa7ebe959901627d0', 1),
  (20240502101500, 'x', now(), true, '\x20ebdee8c4768b560a3a08a210b85a99f62eb35dea1b65d461bd719134bd36169accc36b89ea7a6dc527296768aec14e', 1);

-- its older migrations were squashed away; the tool does not mind
CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20200101000000'), ('20240701120000');
